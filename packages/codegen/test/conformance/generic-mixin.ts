import { expose, service } from "@rpc/core";

type Constructor<Instance = object> = new (...args: any[]) => Instance;

function Counting<Parent extends Constructor>(Parent: Parent) {
  class Counts extends Parent {
    @expose()
    count(): number { return 0; }
  }
  return Counts;
}

function Naming<Parent extends Constructor>(Parent: Parent) {
  class Names extends Parent {
    @expose()
    label(): string { return ""; }
  }
  return Names;
}

@service("Mixed")
export class Mixed extends Naming(Counting(Object)) {
  @expose()
  own(): boolean { return true; }
}

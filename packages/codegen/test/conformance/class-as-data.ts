import { expose, service } from "@rpc/core";

class Point {
  constructor(readonly x: number, readonly y: number, public label?: string) {}
}

@service("S")
export class S {
  @expose() origin(): Point { return new Point(0, 0); }
}

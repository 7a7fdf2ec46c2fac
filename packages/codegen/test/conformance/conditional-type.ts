import { expose, service } from "@rpc/core";

type Unpacked<Kind> = Kind extends (infer Item)[] ? Item : Kind;

@service("S")
export class S {
  @expose()
  get(): Unpacked<string[]> { throw new Error(); }
}

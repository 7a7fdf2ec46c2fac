import { expose, service } from "@rpc/core";

type Ok = { type: "ok"; value: string };
type Bad = { type: "bad"; why: string };
type Done = Ok | Bad;
type Any = Done | { type: "open" };

@service("S")
export class S {
  @expose()
  all(): Any { throw new Error(); }
}

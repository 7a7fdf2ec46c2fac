import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  when(): { at: Date; until?: Date | null } { throw new Error(); }
}

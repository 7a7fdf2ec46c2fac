import { expose, service } from "@rpc/core";

interface Base { id: string }
type Full = Base & { extra: number } & Partial<{ note: string }>;

@service("S")
export class S {
  @expose()
  get(): Full { throw new Error(); }
}

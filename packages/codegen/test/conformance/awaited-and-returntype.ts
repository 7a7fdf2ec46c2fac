import { expose, service } from "@rpc/core";

declare function load(): Promise<{ rows: number[] }>;

@service("S")
export class S {
  @expose()
  get(): ReturnType<typeof load> { throw new Error(); }

  @expose()
  other(): Promise<Awaited<ReturnType<typeof load>>> { throw new Error(); }
}

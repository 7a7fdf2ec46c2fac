import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  async *map(rows: AsyncIterable<{ a: number }>): AsyncGenerator<string, void, undefined> { void rows; }
}

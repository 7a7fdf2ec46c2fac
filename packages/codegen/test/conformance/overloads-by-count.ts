import { expose, service } from "@rpc/core";

@service("S")
export class S {
  list(): string[];
  list(from: number, to?: number): string[];
  @expose()
  list(...range: number[]): string[] { return range.map(String); }
}

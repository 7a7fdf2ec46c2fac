import { expose, service } from "@rpc/core";

@service("S")
export class S {
  get(id: number): string;
  get(name: string): string;
  @expose()
  get(key: number | string): string { return String(key); }
}

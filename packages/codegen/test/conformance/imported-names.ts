import * as rpc from "@rpc/core";
import { expose as open } from "@rpc/core";

@rpc.service("Named")
export class S {
  @open get(): string { return ""; }
  @rpc.expose() other(): void {}
}

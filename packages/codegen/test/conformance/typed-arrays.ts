import { expose, service } from "@rpc/core";

@service("S")
export class S {
  @expose()
  samples(): Float64Array { throw new Error(); }

  @expose()
  bytes(data: Uint8Array): Int32Array { throw new Error(); }

  @expose()
  wide(): BigInt64Array { throw new Error(); }
}

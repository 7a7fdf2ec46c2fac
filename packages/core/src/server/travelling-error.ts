import { RpcError } from "../errors.js";
import { ByteSink } from "../wire/byte-sink.js";
import type { ErrorBody } from "../wire/frame.js";
import type { ScanLimits } from "../wire/scan.js";
import { encodeValue } from "../wire/values.js";

/** What of an error can travel, and why the rest cannot. */
export interface TravellingError {
  readonly body: ErrorBody;
  /** `details: …`, `fields.left: …`. */
  readonly leftOut: readonly string[];
}

/** Leaves out of an error what cannot travel: its caller still learns which error it is, and the rest of its fields. */
export function withoutUnsendable(body: ErrorBody, limits: ScanLimits): TravellingError {
  const leftOut: string[] = [];
  const travels = (name: string, value: unknown): boolean => {
    try {
      encodeValue(new ByteSink(64), value, limits);
      return true;
    } catch (error) {
      leftOut.push(`${name}: ${RpcError.from(error, "internal").message}`);
      return false;
    }
  };
  const { details, fields, ...rest } = body;
  const kept = Object.entries(fields ?? {}).filter(([name, value]) => travels(`fields.${name}`, value));
  return {
    body: {
      ...rest,
      ...(details !== undefined && travels("details", details) && { details }),
      ...(fields !== undefined && { fields: Object.fromEntries(kept) }),
    },
    leftOut,
  };
}

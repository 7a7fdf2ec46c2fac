import { RpcError } from "@rpc/core";

/** Why an order was not taken. */
export type RefusalReason =
  | "malformed"
  | "unknown-symbol"
  | "not-tradable"
  | "bad-quantity"
  | "bad-price"
  | "not-enough-shares"
  | "too-many-orders";

/** An order that the desk does not take; nothing has changed. */
export class OrderRefused extends RpcError {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(
      reason === "not-enough-shares" || reason === "too-many-orders"
        ? "failed_precondition"
        : "invalid_argument",
      message,
    );
    this.reason = reason;
  }
}

/** No open order has this id: it never was, or is filled, cancelled or expired. */
export class OrderNotOpen extends RpcError {
  readonly orderId: number;

  constructor(orderId: number) {
    super("not_found", `no open order ${String(orderId)}`);
    this.orderId = orderId;
  }
}

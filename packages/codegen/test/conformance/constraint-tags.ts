import { expose, service } from "@rpc/core";

/** @minimum 0 */
type Amount = number;
interface Order {
  /** @int
   * @maximum 100 */
  size: number;
  /** @minLength 1 @maxLength 8 */
  symbol: string;
  /** @format date-time */
  at?: string | null;
  amounts: Amount[];
}

@service("S")
export class S {
  @expose()
  put(order: Order, /** @pattern ^[a-z]+$ */ key: string): Amount { throw new Error(); }
}

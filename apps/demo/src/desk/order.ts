/** Which way shares go. */
export type Side = "buy" | "sell";

/** What a client asks for. */
export type OrderRequest = MarketOrder | LimitOrder;

/** Trades at the next price, whatever it is. */
export interface MarketOrder {
  type: "market";
  symbol: string;
  side: Side;
  /** Shares, a whole number from 1 to 1,000,000. */
  quantity: number;
}

/** Trades at the first price that is as good as its own or better. */
export interface LimitOrder {
  type: "limit";
  symbol: string;
  side: Side;
  /** Shares, a whole number from 1 to 1,000,000. */
  quantity: number;
  /** Dollars: the most a buyer pays, the least a seller takes. */
  price: number;
}

/** Where an order stands. `expired`: the market closed before it could trade. */
export type OrderState = "open" | "filled" | "cancelled" | "expired";

/** An order that the desk took. */
export interface Order {
  id: number;
  request: OrderRequest;
  state: OrderState;
}

/** A trade: what became of an order. */
export interface Fill {
  orderId: number;
  symbol: string;
  side: Side;
  quantity: number;
  price: number;
  day: Date;
}

/** Shares that the desk holds. */
export interface Position {
  symbol: string;
  quantity: number;
  /** Dollars paid for one, on average. */
  averagePrice: number;
}

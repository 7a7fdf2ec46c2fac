/** Which way shares go. */
export type Side = "buy" | "sell";

/** What a client asks for. */
export interface OrderRequest {
  symbol: string;
  side: Side;
  /** Shares, a whole number from 1 to 10,000. */
  quantity: number;
  /** Dollars: the most a buyer pays, the least a seller takes. Without it the order trades at the market. */
  limit?: number;
}

/** Where an order stands. */
export type OrderState = "open" | "filled" | "cancelled";

/** An order that the desk took. */
export interface Order {
  id: number;
  symbol: string;
  side: Side;
  quantity: number;
  limit?: number;
  /** Shares of it that are traded. */
  filled: number;
  state: OrderState;
}

/** The best prices of an instrument. */
export interface Quote {
  symbol: string;
  bid: number;
  ask: number;
}

/** Shares that changed hands. */
export interface Trade {
  symbol: string;
  side: Side;
  quantity: number;
  price: number;
  /** The desk's order that it belongs to; without it somebody else traded. */
  orderId?: number;
}

/** Shares that the desk holds; below zero it owes them. */
export interface Position {
  symbol: string;
  quantity: number;
  /** Dollars for one, on average. */
  averagePrice: number;
}

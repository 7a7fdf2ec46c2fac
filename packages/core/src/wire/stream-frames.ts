import type { Credit, ErrorBody } from "./call-frames.js";

/** One item as it comes off the wire; `bytes` is what it counts against the credit. */
export interface StreamItem {
  readonly value: unknown;
  readonly bytes: number;
}

/** Items of a stream, in order. Stream 0 of a call is its answer, another one is its argument of the index before. */
export interface ItemsFrame {
  readonly type: "items";
  readonly id: number;
  readonly stream: number;
  /** Place of the first item in its stream, from 0, wrapping at 2³². */
  readonly index: number;
  readonly items: readonly StreamItem[];
}

/** From who sends a stream: it is over. From who receives it: no more is wanted. */
export interface EndFrame {
  readonly type: "end";
  readonly id: number;
  readonly stream: number;
  readonly error: ErrorBody | undefined;
}

/** The receiver of a stream takes more. With id 0 and stream 0: one-way calls have finished. */
export interface CreditFrame extends Credit {
  readonly type: "credit";
  readonly id: number;
  readonly stream: number;
}

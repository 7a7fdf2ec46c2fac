import type {
  CallbackFrame,
  CallFrame,
  CancelFrame,
  ErrorFrame,
  OutcomeFrame,
  OutcomeQueryFrame,
  ReleaseFrame,
  ReplyFrame,
} from "./call-frames.js";
import type {
  EventsFrame,
  GapFrame,
  MarkFrame,
  SubscribedFrame,
  SubscribeFrame,
  SubscriptionCreditFrame,
  UnsubscribedFrame,
  UnsubscribeFrame,
} from "./event-frames.js";
import type {
  CloseFrame,
  ContractFrame,
  GoawayFrame,
  HelloFrame,
  PingFrame,
  RefreshedFrame,
  RefreshFrame,
  UsedFrame,
  UseFrame,
  WelcomeFrame,
} from "./session-frames.js";
import type { CreditFrame, EndFrame, ItemsFrame } from "./stream-frames.js";

export type * from "./call-frames.js";
export { maxPassedIndex } from "./call-frames.js";
export type * from "./event-frames.js";
export type * from "./session-frames.js";
export type * from "./stream-frames.js";

/** The protocol that this version speaks. */
export const protocolVersion = 1;

/** Services that one session may agree on numbers for; the others are called by name. */
export const maxServiceRefs = 1024;

/** Every frame of protocol 1, by its number on the wire. docs/protocol.md says what each holds. */
export const frameTypes = {
  hello: 0x01,
  welcome: 0x02,
  close: 0x03,
  ping: 0x04,
  goaway: 0x05,
  refresh: 0x06,
  refreshed: 0x07,
  use: 0x10,
  used: 0x11,
  call: 0x12,
  reply: 0x13,
  error: 0x14,
  cancel: 0x15,
  contract: 0x18,
  outcomeQuery: 0x16,
  outcome: 0x17,
  items: 0x20,
  end: 0x21,
  credit: 0x22,
  callback: 0x28,
  release: 0x29,
  subscribe: 0x30,
  subscribed: 0x31,
  unsubscribe: 0x32,
  unsubscribed: 0x33,
  events: 0x34,
  gap: 0x35,
  mark: 0x36,
  subscriptionCredit: 0x37,
} as const;

export type HandshakeFrame = HelloFrame | WelcomeFrame | CloseFrame | PingFrame;

/** Frames that travel in numbered packets. */
export type SessionFrame =
  | GoawayFrame
  | RefreshFrame
  | RefreshedFrame
  | UseFrame
  | UsedFrame
  | ContractFrame
  | CallFrame
  | ReplyFrame
  | ErrorFrame
  | CancelFrame
  | OutcomeQueryFrame
  | OutcomeFrame
  | ItemsFrame
  | EndFrame
  | CreditFrame
  | CallbackFrame
  | ReleaseFrame
  | SubscribeFrame
  | SubscribedFrame
  | UnsubscribeFrame
  | UnsubscribedFrame
  | EventsFrame
  | GapFrame
  | MarkFrame
  | SubscriptionCreditFrame;

export type Frame = HandshakeFrame | SessionFrame;

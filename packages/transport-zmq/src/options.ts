import { parseAddress } from "./address.js";

/** One event that plain SUB peers can hear. */
export interface PublishOption {
  /** Where the PUB socket binds, loopback or `zmq+ipc:` only. Entries with one URL share its socket. */
  readonly url: string;
  /** The event by the name of its service and its own: `TradingDesk.ticks`. */
  readonly event: string;
}

/** What `zmq()` may be given. */
export interface ZmqOptions {
  /** Whether peers that speak no session (a REQ socket of any language) may call. Default false: they prove nothing. */
  readonly plain?: boolean;
  /** Events published for plain SUB peers. Needs `plain`. Default none. */
  readonly publish?: readonly PublishOption[];
  /** Plain calls running at once. Default 256: a plain peer has one call at a time, so this is a count of peers. */
  readonly maxPlainCalls?: number;
  /**
   * Largest message libzmq takes before it drops the peer, in bytes. Default 16 MiB: four times the default
   * `maxPacketBytes`, which is checked per connection afterwards. Raise it together with that limit.
   */
  readonly maxMessageBytes?: number;
  /**
   * Bytes held for one paused connection before it is closed. Default 16 MiB: twice the default `sendBufferBytes`, so
   * that a peer that keeps to its send buffer never meets it.
   */
  readonly maxHeldBytes?: number;
}

/** `ZmqOptions` with every default filled in. */
export type ZmqSettings = Required<ZmqOptions>;

const MiB = 1024 * 1024;

const defaults: ZmqSettings = {
  plain: false,
  publish: [],
  maxPlainCalls: 256,
  maxMessageBytes: 16 * MiB,
  maxHeldBytes: 16 * MiB,
};

/** Returns the options over their defaults. Throws `TypeError` for an unknown name or a value that makes no sense. */
export function checkOptions(options: ZmqOptions): ZmqSettings {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(defaults, name)) continue;
    throw new TypeError(`unknown option ${name} of zmq(); known are ${Object.keys(defaults).join(", ")}`);
  }
  const settings = { ...defaults, ...options };
  for (const name of ["maxPlainCalls", "maxMessageBytes", "maxHeldBytes"] as const) {
    const value = settings[name];
    if (Number.isInteger(value) && value >= 1) continue;
    throw new TypeError(`option ${name} of zmq() must be a whole number of at least 1, got ${String(value)}`);
  }
  if (settings.publish.length > 0 && !settings.plain) {
    throw new TypeError("publish serves plain SUB peers: write zmq({ plain: true, publish: [...] })");
  }
  for (const { url } of settings.publish) checkPublishUrl(url);
  return settings;
}

function checkPublishUrl(url: string): void {
  try {
    parseAddress(new URL(url));
  } catch (error) {
    throw new TypeError(`publish needs a zmq:// or zmq+ipc: url, got ${url}`, { cause: error });
  }
}

import { parseAddress } from "./address.js";
import { type CurveOptions, checkCurveOptions } from "./curve-options.js";

/** One event that plain SUB peers can hear. */
export interface PublishOption {
  /** Where the PUB socket binds: loopback or `zmq+ipc:`, with CURVE anywhere. Entries with one URL share its socket. */
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
  /** Encryption, and who may connect. Default none: what leaves the machine can be read on its way. */
  readonly curve?: CurveOptions;
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
export type ZmqSettings = Required<Omit<ZmqOptions, "curve">> & Pick<ZmqOptions, "curve">;

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
  const known = [...Object.keys(defaults), "curve"];
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new TypeError(`unknown option ${name} of zmq(); known are ${known.join(", ")}`);
  }
  if (options.curve !== undefined) checkCurveOptions(options.curve);
  const settings = { ...defaults, ...options };
  for (const name of ["maxPlainCalls", "maxMessageBytes", "maxHeldBytes"] as const) {
    const value = settings[name];
    if (Number.isInteger(value) && value >= 1) continue;
    throw new TypeError(`option ${name} of zmq() must be a whole number of at least 1, got ${String(value)}`);
  }
  if (!Array.isArray(settings.publish)) {
    throw new TypeError(
      `option publish of zmq() must be a list of { url, event }, got ${describe(settings.publish)}`,
    );
  }
  if (settings.publish.length > 0 && !settings.plain) {
    throw new TypeError("publish serves plain SUB peers: write zmq({ plain: true, publish: [...] })");
  }
  for (const entry of settings.publish) checkPublish(entry);
  return settings;
}

function describe(value: unknown): string {
  return typeof value === "object" ? (JSON.stringify(value) ?? "an object") : String(value);
}

function checkPublish(entry: PublishOption): void {
  const { url, event } = entry ?? {};
  if (typeof url !== "string" || typeof event !== "string") {
    throw new TypeError(`an entry of publish must be { url, event }, both strings, got ${describe(entry)}`);
  }
  try {
    parseAddress(new URL(url));
  } catch (error) {
    throw new TypeError(`publish needs a zmq:// or zmq+ipc: url, got ${url}`, { cause: error });
  }
}

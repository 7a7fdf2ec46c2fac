import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import type { Target } from "../find-transport.js";
import { type Limits, maxHandshakePacketBytes } from "../limits.js";
import type { KindLogger } from "../logger.js";
import { sayHello } from "../session/handshake.js";
import type { Connection, Receiver } from "../transport.js";
import type { HelloFrame, WelcomeFrame } from "../wire/frame.js";
import type { FrameSet } from "../wire/frame-set.js";
import { askCredentials } from "./ask-credentials.js";

export interface AttemptOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: KindLogger;
  readonly frames: FrameSet;
  readonly connectTimeoutMs: number;
  readonly credentials: (() => unknown) | undefined;
}

/** What an attempt says, and who goes on from there. */
export interface Greeting {
  /** Made when the credentials are there. */
  hello(credentials: unknown): HelloFrame;
  /** Runs inside the read that brought the welcome; returns what the connection delivers to from then on. */
  welcomed(connection: Connection, welcome: WelcomeFrame): Receiver;
  /** The attempt was given up. */
  givenUp(): RpcError;
}

/**
 * One attempt to reach a server: connects, asks for credentials, says hello and waits for the welcome.
 *
 * Aborting `attempt` gives it up; so does its own timeout. When it rejects, the connection is closed.
 */
export async function attemptTo(
  { url, transport }: Target,
  attempt: AbortController,
  options: AttemptOptions,
  greeting: Greeting,
): Promise<void> {
  const { clock, limits, frames, logger, connectTimeoutMs, credentials } = options;
  const { signal } = attempt;
  const timer = clock.timer(connectTimeoutMs, () => attempt.abort());
  let connection: Connection | undefined;
  try {
    const { packetTimeoutMs } = limits;
    connection = await transport.connect(url, {
      clock,
      logger,
      maxPacketBytes: maxHandshakePacketBytes,
      packetTimeoutMs,
      signal,
    });
    const opened = connection;
    signal.addEventListener("abort", () => void opened.close());
    const hello = greeting.hello(await unlessGivenUp(askCredentials(credentials), signal, greeting));
    const handshake = { clock, limits, frames, timeoutMs: connectTimeoutMs };
    await sayHello(opened, hello, handshake, (welcome) => greeting.welcomed(opened, welcome));
  } catch (error) {
    void connection?.close();
    throw misunderstood(error, url);
  } finally {
    timer.clear();
  }
}

// The program's function may never answer; the attempt ends all the same, and the next one asks again.
function unlessGivenUp(asked: Promise<unknown>, signal: AbortSignal, greeting: Greeting): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const givenUp = () => reject(greeting.givenUp());
    asked.then(resolve, reject);
    if (signal.aborted) return givenUp();
    signal.addEventListener("abort", givenUp);
  });
}

// Who answers and does not speak this protocol is most likely a server of another kind, or of another scheme.
function misunderstood(error: unknown, url: URL): unknown {
  if (!RpcError.is(error)) return error;
  const { code, message } = error;
  const strange =
    message.startsWith("protocol error") || message.startsWith("connection lost in the handshake");
  if (!strange) return error;
  const hint = `${url.href}: ${message}; does a server of @rpc listen there, and by that scheme?`;
  return new RpcError(code, hint, { outcome: "not-executed", cause: error });
}

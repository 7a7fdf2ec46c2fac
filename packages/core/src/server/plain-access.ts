import type { CallContext } from "../call.js";
import type { Clock } from "../clock.js";
import { RpcError } from "../errors.js";
import { describeFailure, type FailureReport } from "../failure.js";
import { type Interceptor, intercept } from "../interceptor.js";
import type { Limits } from "../limits.js";
import { shorten } from "../service/names.js";
import type { RegisteredMethod, Registry } from "../service/registry.js";
import type { Peer, PlainAccess } from "../transport.js";
import { ByteSink } from "../wire/byte-sink.js";
import { fromErrorBody } from "../wire/error-frame.js";
import { isMap } from "../wire/fields.js";
import { ProtocolError } from "../wire/protocol-error.js";
import { scanValue } from "../wire/scan.js";
import { decodeValue, encodeValue } from "../wire/values.js";
import type { Rules } from "./rules.js";
import { RunningCall, runMethod } from "./running-calls.js";
import type { SerialQueues } from "./serial-queues.js";
import type { TopicLogs } from "./topic-logs.js";

export interface PlainAccessOptions {
  readonly registry: Registry;
  readonly logs: TopicLogs;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly interceptors: readonly Interceptor<CallContext>[];
  readonly failures: FailureReport;
  readonly timeoutMs: number;
  readonly serial: SerialQueues;
  readonly rules: Rules;
}

/** Plain access as its server holds it. */
export interface ServedPlainAccess extends PlainAccess {
  /** Calls that have not been answered. */
  readonly running: number;
  /** Aborts what runs and answers it `unavailable`; refuses what comes. */
  close(): void;
}

/** The served methods and events for peers that speak no session: one question, one answer, as in the lesson. */
export function createPlainAccess(options: PlainAccessOptions): ServedPlainAccess {
  const running = new Set<AbortController>();
  let closed = false;
  return {
    get running() {
      return running.size;
    },
    close() {
      closed = true;
      for (const controller of running) controller.abort();
    },
    async call(request, peer, signal) {
      if (closed) return encode(closedAnswer, options.limits);
      const controller = new AbortController();
      const abort = () => controller.abort();
      signal.addEventListener("abort", abort);
      running.add(controller);
      // A method that does not look at its signal must not hold back the answer, nor the server's end.
      const aborted = new Promise<readonly unknown[]>((resolve) => {
        controller.signal.addEventListener("abort", () => resolve(closedAnswer));
      });
      try {
        return encode(
          await Promise.race([answerRequest(options, request, peer, controller.signal), aborted]),
          options.limits,
        );
      } catch (error) {
        return encode([false, toPlainError(RpcError.from(error, "internal"))], options.limits);
      } finally {
        running.delete(controller);
        signal.removeEventListener("abort", abort);
      }
    },
    hear(event, listener) {
      const [service = "", name = ""] = splitName(event);
      const log = options.logs.get(service)?.get(name);
      if (log === undefined) {
        const known = [...options.logs].flatMap(([of, logs]) =>
          [...logs.keys()].map((member) => `${of}.${member}`),
        );
        throw new TypeError(`no event ${event} to publish; served are ${known.join(", ") || "none"}`);
      }
      return log.hear(listener);
    },
  };
}

const closedAnswer = [false, { code: "unavailable", message: "the server was closed" }];

async function answerRequest(
  options: PlainAccessOptions,
  request: Uint8Array,
  peer: Peer,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  let method: RegisteredMethod | undefined;
  try {
    const { name, args, kwargs } = readRequest(request, options.limits);
    method = findMethod(options.registry, name);
    const placed = placeArguments(method, args, kwargs);
    const problem = method.refuseArguments?.(placed);
    if (problem !== undefined) throw invalid(`${method.service}.${method.name}: ${problem}`);
    const value = await runPlain(options, method, placed, peer, signal);
    const wrong = method.boundary?.refuseValue(value);
    if (wrong !== undefined)
      throw new RpcError(
        "internal",
        `${method.service}.${method.name} ran, but its result is not what the contract says: ${wrong}`,
      );
    const projected = method.boundary === undefined ? value : method.boundary.project(value);
    // Other languages have one word for nothing: a method without a result answers nil.
    return [true, projected === undefined ? null : projected];
  } catch (error) {
    const name = method === undefined ? "a plain request" : `${method.service}.${method.name}`;
    return [false, toPlainError(describeFailure(name, error, method?.throws ?? new Map(), options.failures))];
  }
}

interface PlainRequest {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: ReadonlyMap<string, unknown>;
}

function readRequest(bytes: Uint8Array, limits: Limits): PlainRequest {
  const expected = "expected MessagePack [method, args] or [method, args, kwargs]";
  if (bytes.length > limits.maxPacketBytes)
    throw invalid(`request of ${bytes.length} bytes exceeds maxPacketBytes (${limits.maxPacketBytes})`);
  let value: unknown;
  try {
    const end = scanValue(
      bytes,
      new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
      0,
      bytes.length,
      limits,
    );
    if (end !== bytes.length) throw new ProtocolError(`${bytes.length - end} bytes behind the value`);
    value = decodeValue(bytes, 0, end);
  } catch (error) {
    throw invalid(`${expected}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) throw invalid(expected);
  const [name, args, kwargs = {}] = value;
  if (typeof name !== "string") throw invalid(`${expected}: the method is no string`);
  if (!Array.isArray(args)) throw invalid(`${expected}: args is no array`);
  if (!isMap(kwargs)) throw invalid(`${expected}: kwargs is no map`);
  return { name, args, kwargs: new Map(Object.entries(kwargs)) };
}

/** By `Person.getName`, or by the bare name if one service alone has it. */
function findMethod(registry: Registry, name: string): RegisteredMethod {
  const [service, member] = splitName(name);
  const candidates =
    service === undefined
      ? [...registry.values()].filter((candidate) => !candidate.name.startsWith("$"))
      : [registry.get(service)];
  const found = candidates.flatMap((candidate) => {
    const method = candidate?.members.get(member);
    return method?.kind === "method" ? [method] : [];
  });
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw new RpcError("unimplemented", `no method ${shorten(name)}`);
  throw new RpcError(
    "invalid_argument",
    `${name} is a method of ${found.map((method) => method.service).join(" and ")}; write ${found[0]!.service}.${name}`,
  );
}

function splitName(name: string): [string | undefined, string] {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? [undefined, name] : [name.slice(0, dot), name.slice(dot + 1)];
}

/** Puts `kwargs` where the contract says that those parameters are. */
function placeArguments(
  method: RegisteredMethod,
  args: readonly unknown[],
  kwargs: ReadonlyMap<string, unknown>,
): unknown[] {
  const placed = [...args];
  if (kwargs.size === 0) return placed;
  const name = `${method.service}.${method.name}`;
  if (method.params === undefined) {
    throw invalid(
      `${name}: kwargs need the contract, which tells the parameters' names; pass positional args, or serve with { contract }`,
    );
  }
  for (const [key, value] of kwargs) {
    const index = method.params.indexOf(key);
    if (index < 0)
      throw invalid(`${name} has no parameter ${key}; it has ${method.params.join(", ") || "none"}`);
    if (index < args.length)
      throw invalid(`${name}: ${key} is given twice, as argument ${index + 1} and by name`);
    placed[index] = value;
  }
  return Array.from(placed);
}

async function runPlain(
  options: PlainAccessOptions,
  method: RegisteredMethod,
  args: unknown[],
  peer: Peer,
  signal: AbortSignal,
): Promise<unknown> {
  const { clock, interceptors, timeoutMs } = options;
  if (method.options.once !== undefined)
    throw invalid(
      `${method.service}.${method.name} is a once method: a plain peer has no way to give its key`,
    );
  const call = new RunningCall(0, method, args, clock.now() + timeoutMs, {}, clock, {
    identity: peer.identity,
    sessionId: undefined,
    peer,
  });
  const refusal = options.rules.refuseCall(method, call, args);
  if (refusal !== undefined) throw fromErrorBody(refusal);
  const gone = () => call.abort(new RpcError("cancelled", "the peer is gone"));
  signal.addEventListener("abort", gone);
  const timer = clock.timer(timeoutMs, () =>
    call.abort(new RpcError("deadline_exceeded", `${method.service}.${method.name}: its deadline passed`)),
  );
  try {
    const reach = () => intercept(interceptors, async (seen) => runMethod(method, call, seen.args))(call);
    return await (method.options.serial === undefined ? reach() : options.serial.run(method, call, reach));
  } finally {
    timer.clear();
    signal.removeEventListener("abort", gone);
  }
}

function toPlainError({ code, message }: { readonly code: string; readonly message: string }): {
  code: string;
  message: string;
} {
  return { code, message };
}

function encode(value: unknown, limits: Limits): Uint8Array {
  const sink = new ByteSink(256);
  encodeValue(sink, value, limits);
  return sink.bytes.slice(0, sink.position);
}

function invalid(message: string): RpcError {
  return new RpcError("invalid_argument", message, { outcome: "not-executed" });
}

import { RpcError } from "../errors.js";
import type { RegisteredMethod } from "../service/registry.js";
import type { RunningCall } from "./running-calls.js";

interface Turn {
  readonly call: RunningCall;
  start(): void;
}

interface Queue {
  /** Identity of the turn that runs: what its nested calls carry. */
  turn: string;
  readonly waiting: Set<Turn>;
}

/** Metadata that names the turns a call was made from, so that one which waits for itself is found. */
export const serialChain = "rpc-serial";

/**
 * Turns of methods with `serial`: one call at a time for each key, in the order they came, over all sessions.
 *
 * A call that waits is one of its session's running calls, which bounds the queues; when nobody waits for it any more it
 * leaves, and its method was never reached.
 */
export class SerialQueues {
  readonly #queues = new Map<RegisteredMethod, Map<unknown, Queue>>();
  readonly #epoch: string;
  #turns = 0;

  constructor(epoch: string) {
    this.#epoch = epoch;
  }

  /** Runs `run` when it is this call's turn. Rejects `RpcError` when the call is given up before. */
  run(method: RegisteredMethod, call: RunningCall, run: () => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const name = `${method.service}.${method.name}`;
      const queues = this.#queues.get(method) ?? new Map<unknown, Queue>();
      this.#queues.set(method, queues);
      const key = keyOf(method, call.args);
      const queue = queues.get(key);
      const turn: Turn = {
        call,
        start: () => {
          call.left = undefined;
          const expired = call.timeLeftMs === 0;
          if (expired)
            reject(new RpcError("deadline_exceeded", `${name}: its deadline passed before its turn`));
          const over = expired
            ? Promise.resolve()
            : this.#take(queues.get(key)!, call, run).then(resolve, reject);
          void over.then(() => this.#next(queues, key));
        },
      };
      if (queue === undefined) {
        queues.set(key, { turn: "", waiting: new Set() });
        turn.start();
        return;
      }
      if (call.turns.includes(queue.turn)) throw waitsForItself(name);
      queue.waiting.add(turn);
      call.left = (reason) => {
        queue.waiting.delete(turn);
        reject(new RpcError(reason.code, `${reason.message}, before its turn`));
      };
    });
  }

  async #take(queue: Queue, call: RunningCall, run: () => unknown): Promise<unknown> {
    queue.turn = `${this.#epoch}.${++this.#turns}`;
    call.turns = [...call.turns, queue.turn];
    return run();
  }

  #next(queues: Map<unknown, Queue>, key: unknown): void {
    const queue = queues.get(key);
    const [turn] = queue?.waiting ?? [];
    if (turn === undefined) {
      queues.delete(key);
      return;
    }
    queue?.waiting.delete(turn);
    turn.start();
  }
}

function keyOf(method: RegisteredMethod, args: readonly unknown[]): unknown {
  const { serial } = method.options;
  const key = typeof serial === "function" ? serial(...args) : true;
  // Two objects are never one key, so nothing would be serial.
  if (typeof key === "object" || typeof key === "function") {
    throw new TypeError(
      `the serial key of ${method.service}.${method.name} must be a string, number, bigint or boolean, got ${typeof key}`,
    );
  }
  return key;
}

function waitsForItself(name: string): RpcError {
  return new RpcError(
    "aborted",
    `${name} is serial and was called from its own turn: it would wait for itself; call the method of the object instead, or give it another key`,
  );
}

import { RpcError } from "../errors.js";

// Enough to find the place, not enough to fill a log.
const longestPath = 200;
const longestKey = 40;

/** Why a value cannot travel, and where in the outermost value it is. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  // From the inside out.
  readonly #path: string[] = [];
  readonly #tooDeep: object | undefined;
  #cycle: string | undefined;

  /** `tooDeep` is the container that is one too many, so that a cycle can be told from mere depth. */
  constructor(message: string, options: { readonly cause?: unknown; readonly tooDeep?: object } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.#tooDeep = options.tooDeep;
  }

  /** A refusal passes as it is; what a getter or a proxy threw becomes one. */
  static from(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    return new Refusal(`reading it failed: ${textOf(error)}`, { cause: error });
  }

  /** Adds the step from `container` to what was refused so far. */
  within(step: string, container: object): this {
    this.#path.push(step);
    if (container === this.#tooDeep) {
      // It lies inside itself: where it lies first is worth telling, and one turn of the cycle.
      this.#cycle ??= this.#takePath();
      this.#path.length = 0;
    }
    return this;
  }

  toRpcError(): RpcError {
    const reason =
      this.#cycle === undefined
        ? this.message
        : `a value that contains itself, at ${this.#cycle}, cannot travel`;
    const path = this.#takePath();
    const message = path === "" ? reason : `${path}: ${reason}`;
    // A message travels too, and a name or text that was cut may end in half a character.
    return new RpcError("invalid_argument", message.replace(/\p{Surrogate}/gu, "\ufffd"), {
      cause: this.cause,
    });
  }

  #takePath(): string {
    const path = this.#path.reverse().join("");
    return path.length > longestPath ? `${path.slice(0, longestPath)}…` : path;
  }
}

/** Refuses `container`, which lies one deeper than may be. */
export function tooDeep(maxDepth: number, container: object): Refusal {
  return new Refusal(`deeper than maxDepth ${maxDepth} cannot travel; send it flatter`, {
    tooDeep: container,
  });
}

export function tooMany(maxNodes: number): Refusal {
  return new Refusal(`more than maxNodes ${maxNodes} values cannot travel at once; send them in parts`);
}

export function badKeys(kind: "Map" | "Set"): Refusal {
  return new Refusal(`a ${kind} whose number keys hash alike cannot travel; send an array of what it holds`);
}

/** Refuses a property that would set the prototype of what the other side makes. */
export function badProperty(): Refusal {
  return new Refusal("a property named __proto__ cannot travel; rename it");
}

/** Refuses a getter that wrote a call into the middle of the value that it belongs to. */
export function callingGetter(): Refusal {
  return new Refusal("its getter makes a call, which cannot be while it is sent");
}

/** Refuses what no rule says how to send: functions, symbols, instances of classes. */
export function refuse(value: unknown): Refusal {
  if (typeof value === "function") return new Refusal("a function cannot travel; send what it returns");
  if (typeof value === "symbol") return new Refusal("a symbol cannot travel; send a string");
  const name = classNameOf(value as object);
  if (name === undefined) {
    return new Refusal("an instance of a class without a name cannot travel; send a plain object");
  }
  const article = /^[AEIO]/i.test(name) ? "an" : "a";
  return new Refusal(
    `${article} ${name} instance cannot travel; ${remedies.get(name) ?? plainObjectRemedy(name)}`,
  );
}

/** The step to a property, as JavaScript would write it. */
export function propertyStep(key: string): string {
  if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) && key.length <= longestKey) return `.${key}`;
  return `[${quote(key)}]`;
}

/** The step to the value of a map's entry: by its key if that is a string, else by its place. */
export function entryStep(key: unknown, index: number): string {
  return typeof key === "string" ? `.get(${quote(key)})` : `.entry(${index})`;
}

const remedies: ReadonlyMap<string, string> = new Map([
  ["Promise", "await it"],
  ["WeakMap", "send a Map"],
  ["WeakSet", "send a Set"],
  ["WeakRef", "send what it refers to"],
  ["RegExp", "send its source and flags"],
  ["URL", "send its href"],
  ["SharedArrayBuffer", "send a Uint8Array of it"],
  ["Generator", "send an array, such as [...values]"],
  ["AsyncGenerator", "collect its values into an array"],
]);

function plainObjectRemedy(name: string): string {
  if (name.endsWith("Error")) return "throw it, or send its message";
  return `send a plain object, such as { ...${name.charAt(0).toLowerCase()}${name.slice(1)} }`;
}

function classNameOf(value: object): string | undefined {
  if (value instanceof Promise) return "Promise";
  const tag: unknown = Reflect.get(value, Symbol.toStringTag);
  if (typeof tag === "string" && remedies.has(tag)) return tag;
  const made: unknown = Reflect.get(value, "constructor");
  const name = typeof made === "function" ? made.name : "";
  return typeof name === "string" && name !== "" ? name.slice(0, longestKey) : undefined;
}

function quote(text: string): string {
  return JSON.stringify(text.length > longestKey ? `${text.slice(0, longestKey)}…` : text);
}

// Whatever was thrown must not throw again here.
function textOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return "what was thrown has no text";
  }
}

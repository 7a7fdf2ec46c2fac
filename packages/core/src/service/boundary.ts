import { explain } from "../contract/explain.js";
import type { Validators } from "../contract/printed-validators.js";
import { createProjector } from "../contract/projector.js";
import { isRecord, jsPart, readTypes, resolve, type Types, toSchema } from "../contract/schema.js";
import { type Compiler, createValidators } from "../contract/validator.js";
import { type ErrorCode, RpcError } from "../errors.js";
import type { Contract, MemberContract, ParamContract, TypeSchema } from "./contract.js";
import { type Callback, guardCallback, guardItems } from "./guards.js";
import {
  type AcceptArguments,
  compileParams,
  paramAt,
  placeOf,
  problemText,
  type RefuseArguments,
} from "./param-checks.js";

/** What of the values that cross the boundary is checked against the contract. */
export interface ValidateOptions {
  /** What callers send: arguments, before the method runs; items of streams; what callbacks give back. Default true, with a contract. */
  readonly arguments?: boolean;
  /**
   * What methods give: results, items of streams, and what they pass to callbacks, before they are sent. Default: with
   * `exposeErrors`, for it costs time and finds mistakes of the server's own.
   */
  readonly results?: boolean;
  /** Events, before they are published. Default as for `results`. */
  readonly events?: boolean;
}

/** What crosses the boundary of one method or event. Texts tell what is wrong: path, expected and got. */
export interface Boundary {
  /** What is wrong with the arguments; undefined when nothing is. */
  readonly refuseArguments: RefuseArguments;
  /** What is wrong with a result or an event; undefined when nothing is. */
  refuseValue(value: unknown): string | undefined;
  /** A result, item or event with instances of classes made plain, by what the contract names. */
  project(value: unknown): unknown;
  /** A stream that was passed as the argument of that index, its items checked. */
  guardStream(index: number, source: AsyncIterable<unknown>): AsyncIterable<unknown>;
  /** A callback that was passed as the argument of that index, checked both ways. */
  guardCallback(index: number, callback: Callback): Callback;
  /** A stream that a method answers with, its items checked. */
  guardItems(source: AsyncIterable<unknown>): AsyncIterable<unknown>;
}

/** Says what is wrong with a value, which has this name in messages; undefined when nothing is. */
type RefuseValue = (value: unknown, whose?: string) => string | undefined;

/** Makes the boundaries of a server's members; types they share are compiled once. */
export class BoundaryMaker {
  readonly #compiler: Compiler;
  readonly #arguments: ReadonlyMap<string, AcceptArguments>;
  readonly #validate: Required<ValidateOptions>;

  /** @throws TypeError for validators that were printed for another contract. */
  constructor(contract: Contract, validate: Required<ValidateOptions>, validators?: Validators) {
    if (validators !== undefined && validators.contract !== contract.hash)
      throw new TypeError(
        `serve got the validators of the contract ${validators.contract} and the contract ${contract.hash}; run rpc generate, which writes both`,
      );
    const types: Types = readTypes(contract.types);
    this.#compiler = createValidators(types, new Map(Object.entries(validators?.types ?? {}))).compiler;
    this.#arguments = new Map(Object.entries(validators?.arguments ?? {}));
    this.#validate = validate;
  }

  /** @throws TypeError, with the member's name, for a type that cannot be checked. */
  make(name: string, member: MemberContract): Boundary {
    try {
      return member.kind === "event" ? this.#event(member.payload) : this.#method(name, member);
    } catch (error) {
      throw new TypeError(`the contract of ${name}: ${(error as Error).message}`, { cause: error });
    }
  }

  #event(payload: TypeSchema): Boundary {
    return {
      ...unguarded,
      refuseValue: this.#validate.events ? this.#value(payload) : nothing,
      project: createProjector(payload, this.#compiler),
    };
  }

  #method(name: string, member: Exclude<MemberContract, { kind: "event" }>): Boundary {
    const { params } = member;
    const output = member.kind === "stream" ? member.item : (member.result ?? { "x-js": "void" });
    const refuseOutput = this.#validate.results ? this.#value(output) : undefined;
    const isStream = member.kind === "stream";
    return {
      refuseArguments: this.#validate.arguments
        ? compileParams(params, this.#compiler, this.#arguments.get(name))
        : nothing,
      refuseValue: (!isStream && refuseOutput) || nothing,
      project: createProjector(output, this.#compiler),
      ...this.#guards(name, params),
      guardItems: (source) =>
        !isStream || refuseOutput === undefined
          ? source
          : guardItems(source, (item, index) =>
              refusal("internal", `${name}: item ${index} is not what the contract says`, refuseOutput(item)),
            ),
    };
  }

  #guards(name: string, params: readonly ParamContract[]): Pick<Boundary, "guardStream" | "guardCallback"> {
    const { arguments: input, results: output } = this.#validate;
    const parts = params.map(({ type }) => {
      const { schema } = resolve(type, this.#compiler.types);
      const item = jsPart(schema, "stream");
      const callback = jsPart(schema, "callback");
      return {
        item: item === undefined || !input ? nothing : this.#value(toSchema(item)),
        ...(isRecord(callback) && this.#callback(callback, { input, output })),
      };
    });
    const partOf = (index: number) => {
      const known = paramAt(params, index);
      return known === undefined ? undefined : { ...parts[known]!, what: placeOf(params, known, index) };
    };
    return {
      guardStream: (index, source) => {
        const part = partOf(index);
        if (part === undefined || part.item === nothing) return source;
        return guardItems(source, (item, at) =>
          refusal("invalid_argument", name, part.item(item, `${part.what}[${at}]`)),
        );
      },
      guardCallback: (index, callback) => {
        const part = partOf(index);
        if (part?.given === undefined || part.answer === undefined) return callback;
        const { given, answer, what } = part;
        return guardCallback(
          callback,
          (args) =>
            refusal(
              "internal",
              `${name}: what it passes to ${what} is not what the contract says`,
              given(args),
            ),
          (value) => refusal("invalid_argument", name, answer(value, `what ${what} gave back`)),
        );
      },
    };
  }

  #callback(
    callback: Readonly<Record<string, unknown>>,
    { input, output }: { readonly input: boolean; readonly output: boolean },
  ): { readonly given: RefuseArguments; readonly answer: RefuseValue } {
    const params = Array.isArray(callback["params"]) ? (callback["params"] as readonly ParamContract[]) : [];
    return {
      given: output ? compileParams(params, this.#compiler) : nothing,
      answer: input ? this.#value(toSchema(callback["result"])) : nothing,
    };
  }

  #value(schema: TypeSchema): RefuseValue {
    const check = this.#compiler.check(schema);
    return (value, whose = "") =>
      check(value) ? undefined : problemText(whose, explain(this.#compiler, schema, value));
  }
}

const nothing = () => undefined;

const unguarded = {
  refuseArguments: nothing,
  guardStream: (_: number, source: AsyncIterable<unknown>) => source,
  guardCallback: (_: number, callback: Callback) => callback,
  guardItems: (source: AsyncIterable<unknown>) => source,
};

function refusal(code: ErrorCode, what: string, problem: string | undefined): RpcError | undefined {
  return problem === undefined ? undefined : new RpcError(code, `${what}: ${problem}`);
}

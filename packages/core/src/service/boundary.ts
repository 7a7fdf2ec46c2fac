import { explain, type Problem } from "../contract/explain.js";
import { createProjector } from "../contract/projector.js";
import { readTypes, type Types } from "../contract/schema.js";
import { type Compiler, createValidators } from "../contract/validator.js";
import type { Contract, MemberContract, ParamContract, TypeSchema } from "./contract.js";

/** What of the values that cross the boundary is checked against the contract. */
export interface ValidateOptions {
  /** Arguments, before the method runs. Default true, with a contract. */
  readonly arguments?: boolean;
  /** Results, before they are sent. Default: with `exposeErrors`, for it costs time and finds mistakes of the server's own. */
  readonly results?: boolean;
  /** Events, before they are published. Default as for `results`. */
  readonly events?: boolean;
}

/** What crosses the boundary of one method or event. Texts tell what is wrong: path, expected and got. */
export interface Boundary {
  /** What is wrong with the arguments; undefined when nothing is. */
  refuseArguments(args: readonly unknown[]): string | undefined;
  /** What is wrong with a result or an event; undefined when nothing is. */
  refuseValue(value: unknown): string | undefined;
  /** A result or event with instances of classes made plain, by what the contract names. */
  project(value: unknown): unknown;
}

/** Makes the boundaries of a server's members; types they share are compiled once. */
export class BoundaryMaker {
  readonly #compiler: Compiler;
  readonly #validate: Required<ValidateOptions>;

  constructor(contract: Contract, validate: Required<ValidateOptions>) {
    const types: Types = readTypes(contract.types);
    this.#compiler = createValidators(types).compiler;
    this.#validate = validate;
  }

  /** @throws TypeError, with the member's name, for a type that cannot be checked. */
  make(name: string, member: MemberContract): Boundary {
    try {
      const output = outputOf(member);
      const checked =
        member.kind === "event" ? this.#validate.events : member.kind === "call" && this.#validate.results;
      const params = member.kind !== "event" && this.#validate.arguments ? member.params : undefined;
      return {
        refuseArguments: params === undefined ? nothing : this.#arguments(params),
        refuseValue: checked ? this.#value(output) : nothing,
        project: createProjector(output, this.#compiler),
      };
    } catch (error) {
      throw new TypeError(`the contract of ${name}: ${(error as Error).message}`, { cause: error });
    }
  }

  #value(schema: TypeSchema): (value: unknown) => string | undefined {
    const check = this.#compiler.check(schema);
    return (value) => (check(value) ? undefined : problemText("", explain(this.#compiler, schema, value)));
  }

  // An argument that is left out is undefined; what comes behind the last parameter is let pass, as in JavaScript.
  #arguments(params: readonly ParamContract[]): (args: readonly unknown[]) => string | undefined {
    const checks = params.map(({ type }) => this.#compiler.check(type));
    const mayLeave = params.map(({ optional, rest }) => optional === true || rest === true);
    const rest = params.at(-1)?.rest === true ? params.length - 1 : undefined;
    const refuse = (index: number, value: unknown, place = index) =>
      problemText(
        params[index]!.name + (index === rest ? `[${place - index}]` : ""),
        explain(this.#compiler, params[index]!.type, value),
      );
    return (args) => {
      for (let index = 0; index < checks.length; index++) {
        const value = args[index];
        if (value === undefined && mayLeave[index]) continue;
        if (!checks[index]!(value)) return refuse(index, value);
      }
      if (rest === undefined) return undefined;
      for (let place = rest + 1; place < args.length; place++)
        if (!checks[rest]!(args[place])) return refuse(rest, args[place], place);
      return undefined;
    };
  }
}

const nothing = () => undefined;

// What leaves the server at once; the items of a stream leave one by one and are not looked at here.
function outputOf(member: MemberContract): TypeSchema {
  switch (member.kind) {
    case "event":
      return member.payload;
    case "stream":
      return { "x-js": "any" };
    default:
      return member.result ?? { "x-js": "void" };
  }
}

function problemText(name: string, { path, expected, got }: Problem): string {
  const where = name + path;
  return where === "" ? `expected ${expected}, got ${got}` : `${where}: expected ${expected}, got ${got}`;
}

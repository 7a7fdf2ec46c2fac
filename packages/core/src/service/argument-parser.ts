import { RpcError } from "../errors.js";
import { isThenable } from "../is-thenable.js";
import type { StandardIssue, StandardResult, StandardSchema } from "./standard-schema.js";

/** Makes of the arguments of a call those that the method gets. Throws, or rejects, `RpcError` for wrong ones. */
export type ParseArguments = (args: readonly unknown[]) => readonly unknown[] | Promise<readonly unknown[]>;

/** Issues of one call that its caller is told; a schema may have one for each item of a list. */
const maxIssues = 16;
/** Characters of the text of an issue that are told. */
const maxMessage = 512;

/**
 * Makes the parser of a method's arguments by schemas. What they make of a value is what the method gets.
 *
 * `name` is the method's, `params` are the names of its parameters where a contract tells them.
 */
export function createArgumentParser(
  name: string,
  schemas: readonly (StandardSchema | undefined)[],
  params: readonly string[] | undefined,
): ParseArguments {
  const refuse = (index: number, issues: readonly StandardIssue[]) =>
    refusal(name, params?.[index] ?? `argument ${index + 1}`, issues);
  return (args) => {
    const results = schemas.map((schema, index) => schema?.["~standard"].validate(args[index]));
    const settle = (settled: readonly (StandardResult | undefined)[]) => {
      const parsed = [...args];
      for (const [index, result] of settled.entries()) {
        if (result === undefined) continue;
        if (result.issues !== undefined) throw refuse(index, result.issues);
        // An argument that was left out and has no default stays out.
        if (index < args.length || result.value !== undefined) parsed[index] = result.value;
      }
      return parsed;
    };
    return results.some(isThenable) ? Promise.all(results).then(settle) : settle(results as StandardResult[]);
  };
}

function refusal(name: string, param: string, issues: readonly StandardIssue[]): RpcError {
  const told = issues.slice(0, maxIssues).map(({ message, path = [] }) => ({
    path: param + path.map(stepText).join(""),
    message: String(message).slice(0, maxMessage),
  }));
  const [first = { path: param, message: "it was refused without a reason" }] = told;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return new RpcError("invalid_argument", `${name}: ${first.path}: ${first.message}${more}`, {
    outcome: "not-executed",
    details: { issues: told },
  });
}

function stepText(step: PropertyKey | { readonly key: PropertyKey }): string {
  const key = typeof step === "object" ? step.key : step;
  if (typeof key === "number") return `[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`;
}

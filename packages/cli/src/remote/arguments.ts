import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import {
  kindOf,
  type MethodContract,
  type ParamContract,
  resolveType,
  type Types,
  toSchema,
} from "@rpc/core/contract";
import { UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { readInput, readLines } from "./input.js";
import { parseJson } from "./json.js";
import { fromNotation, NotationError } from "./notation.js";
import { checkPrintable, isCallback, printWord } from "./printed-callback.js";
import { readTyped } from "./typed-value.js";

/** What a call's arguments are compared with: its method, and the types that it names. */
export interface Expected {
  readonly name: string;
  readonly method: MethodContract;
  readonly types: Types;
}

/** Where arguments are read from, and who hears what is wrong with a stream: it is read while the call runs. */
export interface ReadingContext {
  readonly terminal: Terminal;
  wrong(error: Error): void;
  /** Makes what is passed where a parameter is a function. */
  callback(name: string): unknown;
}

/** Largest argument that is read from a file or piped in. */
const maxArgumentBytes = 64 * 1024 * 1024;

/**
 * Reads the arguments of a call as they were typed: each as JSON, `@file` for what is in a file, `-` for what is piped in.
 * An argument that is a stream takes its items from there, one a line.
 *
 * With `expected` they are compared before anything is sent. Throws `UsageError` with path, expected and got.
 */
export async function readArguments(
  texts: readonly string[],
  expected: Expected | undefined,
  context: ReadingContext,
): Promise<unknown[]> {
  if (texts.filter((text) => text === "-").length > 1)
    throw new UsageError("only one argument can be - : there is one input");
  if (expected !== undefined) checkCount(texts, expected);
  const values: unknown[] = [];
  for (const [index, text] of texts.entries())
    values.push(await readArgument(text, index, expected, context));
  const left = expected?.method.params.slice(texts.length).filter((param) => !isOptional(param)) ?? [];
  for (const param of left) values.push(readCallback(printWord, param, expected!.types, context));
  return values;
}

function checkCount(texts: readonly string[], { name, method, types }: Expected): void {
  const { params } = method;
  // Functions at the end need not be named: there is one word for them.
  const needed = params.findLastIndex((param) => !isOptional(param) && !isCallback(param, types)) + 1;
  const last = params.at(-1);
  const most = last?.rest === true ? Infinity : params.length;
  if (texts.length >= needed && texts.length <= most) return;
  const range =
    needed === most ? `${needed}` : most === Infinity ? `at least ${needed}` : `${needed} to ${most}`;
  const mayBeLeftOut = (param: ParamContract, index: number) => isOptional(param) || index >= needed;
  const names = params
    .map((param, index) => (mayBeLeftOut(param, index) ? `[${param.name}]` : param.name))
    .join(", ");
  throw new UsageError(
    `${name} takes ${range} ${range === "1" ? "argument" : "arguments"}${names === "" ? "" : ` (${names})`}, got ${texts.length}`,
  );
}

async function readArgument(
  text: string,
  index: number,
  expected: Expected | undefined,
  context: ReadingContext,
): Promise<unknown> {
  const { terminal } = context;
  const params = expected?.method.params;
  const param = params?.[Math.min(index, params.length - 1)];
  const label = labelOf(index, param, params);
  const kind = param === undefined ? undefined : kindOf(resolveType(param.type, expected!.types).schema);
  try {
    if (kind === "stream") return readStream(text, label, itemReader(param!, expected!), context);
    if (kind === "callback") return readCallback(text, param!, expected!.types, context);
    const given = await textOf(text, label, terminal);
    const json = parseArgument(given, text === given, kind, label);
    if (param === undefined) return fromNotation(json, label);
    return readTyped(param.type, json, expected!.types, label);
  } catch (error) {
    if (error instanceof NotationError) throw new UsageError(`${error.path || label}: ${error.message}`);
    throw error;
  }
}

function readCallback(
  text: string,
  param: ParamContract,
  types: Types,
  { callback }: ReadingContext,
): unknown {
  if (text !== printWord)
    throw new UsageError(
      `${param.name} is a function: give ${printWord}, and each of its calls is printed as a line`,
    );
  checkPrintable(param, types);
  return callback(param.name);
}

const wordKinds = new Set<unknown>(["string", "literal", "date", "bigint", "bytes", "union"]);

// A word where the contract wants a text needs no quotes: 'Alex' for '"Alex"'. What looks like JSON is never a word.
function parseArgument(given: string, typed: boolean, kind: unknown, label: string): unknown {
  // As a number it would be rounded.
  if (typed && kind === "bigint" && /^-?\d+$/.test(given)) return given;
  if (typed && wordKinds.has(kind) && /^[^\s[{"'-]/.test(given) && !isJson(given)) return given;
  return parseJson(given, label);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function textOf(text: string, label: string, terminal: Terminal): Promise<string> {
  if (text === "-") return readInput(terminal, maxArgumentBytes);
  if (!text.startsWith("@")) return text;
  try {
    return await readFile(resolve(terminal.cwd, text.slice(1)), "utf8");
  } catch (error) {
    throw new UsageError(`${label}: cannot read ${text.slice(1)}: ${(error as Error).message}`);
  }
}

function itemReader(
  { type, name }: ParamContract,
  { types }: Expected,
): (json: unknown, index: number) => unknown {
  const item = toSchema((resolveType(type, types).schema["x-js"] as { readonly stream?: unknown }).stream);
  return (json, index) => readTyped(item, json, types, `${name}[${index}]`);
}

// Its items are sent as they are read. A line that is wrong ends the stream, and with it the call.
function readStream(
  text: string,
  label: string,
  read: (json: unknown, index: number) => unknown,
  { terminal, wrong }: ReadingContext,
): AsyncIterable<unknown> {
  if (text !== "-" && !text.startsWith("@"))
    throw new UsageError(
      `${label} is a stream: give - to read its items from the input, or @file, one a line`,
    );
  const lines = readLines(text === "-" ? undefined : resolve(terminal.cwd, text.slice(1)), terminal);
  return (async function* () {
    let index = 0;
    for await (const line of lines) {
      if (line.trim() === "") continue;
      try {
        yield read(parseJson(line, `${label}, line ${index + 1}`), index);
      } catch (error) {
        const said =
          error instanceof NotationError ? new UsageError(`${error.path}: ${error.message}`) : error;
        wrong(said as Error);
        throw said;
      }
      index++;
    }
  })();
}

function labelOf(
  index: number,
  param: ParamContract | undefined,
  params: readonly ParamContract[] | undefined,
): string {
  if (param === undefined) return `argument ${index + 1}`;
  return param.rest === true ? `${param.name}[${index - params!.length + 1}]` : param.name;
}

function isOptional({ optional, rest }: ParamContract): boolean {
  return optional === true || rest === true;
}

import { resolve } from "node:path";
import type { Contract, EventContract } from "@rpc/core/contract";
import { UsageError } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";
import { readLines } from "./input.js";
import { fromNotation, NotationError } from "./notation.js";

/** The first line of a recording: which event of which service, and how it is delivered. */
export interface RecordingHead {
  /** Version of this format. */
  readonly rpcRecording: 1;
  readonly service: string;
  readonly event: string;
  readonly mode: EventContract["mode"];
  /** Property of the values that holds their key; absent when it is the topic, or not known. */
  readonly key?: string;
  /** Milliseconds within which an item is expected; absent where the event says nothing of it. */
  readonly cadenceMs?: number;
  readonly prefix: string;
  /** Where it was recorded, and when: milliseconds since 1970. */
  readonly url: string;
  readonly startedAt: number;
  /** What the server's contract says of the event; absent where it told none. */
  readonly payload?: EventContract["payload"];
  readonly types?: Contract["types"];
}

/** One line of a recording after the first. */
export type RecordedItem =
  | { readonly kind: "value"; readonly topic: string; readonly at: number; readonly value: unknown }
  | { readonly kind: "removed"; readonly at: number; readonly key: string }
  | { readonly kind: "gap"; readonly text: string }
  /** Its end, if that is in the middle of a line: the recording was killed, or its disk was full. */
  | { readonly kind: "cut"; readonly line: number };

/** A recording that is read line by line. */
export interface Recording {
  readonly head: RecordingHead;
  /** Each item, from the first; once. Throws `UsageError` for a line that is none, with its number. */
  items(): AsyncGenerator<RecordedItem>;
}

/** Opens a recording. Throws `UsageError` for a file that is none. */
export async function openRecording(file: string, terminal: Terminal): Promise<Recording> {
  const path = resolve(terminal.cwd, file);
  const lines = readLines(path, terminal);
  const { value: first = "" } = await lines.next();
  await lines.return(undefined);
  const head = parse(String(first)) as Partial<RecordingHead> | undefined;
  const isHead =
    head?.rpcRecording === 1 &&
    typeof head.service === "string" &&
    typeof head.event === "string" &&
    ["signal", "latest", "log", "table"].includes(String(head.mode)) &&
    (head.cadenceMs === undefined || Number(head.cadenceMs) > 0);
  if (!isHead)
    throw new UsageError(
      `${file} is no recording of rpc record: expected {"rpcRecording":1,…} in its first line`,
    );
  return { head: head as RecordingHead, items: () => readItems(path, file, terminal) };
}

async function* readItems(path: string, file: string, terminal: Terminal): AsyncGenerator<RecordedItem> {
  let number = 0;
  // The last line may be half a one, and only what comes after a line tells that it is not the last.
  let wrong: { readonly said: UsageError; readonly cut: boolean } | undefined;
  for await (const line of readLines(path, terminal)) {
    number += 1;
    if (number === 1 || line.trim() === "") continue;
    if (wrong !== undefined) throw wrong.said;
    const json = parse(line);
    try {
      const item = readItem(json);
      if (item !== undefined) {
        if (item !== "skip") yield item;
        continue;
      }
      wrong = { cut: json === undefined, said: wrongLine(file, number, `got ${line.slice(0, 60)}`) };
    } catch (error) {
      if (!(error instanceof NotationError)) throw error;
      wrong = { cut: false, said: wrongLine(file, number, `${error.path}: ${error.message}`) };
    }
  }
  if (wrong?.cut === false) throw wrong.said;
  if (wrong !== undefined) yield { kind: "cut", line: number };
}

function wrongLine(file: string, number: number, got: string): UsageError {
  return new UsageError(`${file}, line ${number}: expected an item of rpc record, ${got}`);
}

function readItem(json: unknown): RecordedItem | "skip" | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const { kind, topic, at, key, value, ...rest } = json as Record<string, unknown>;
  switch (kind) {
    case "mark":
      return "skip";
    case "gap":
      return { kind: "gap", text: JSON.stringify({ topic, ...rest }) };
    case "removed":
      return typeof at === "number" && typeof key === "string" ? { kind, at, key } : undefined;
    case "live":
    case "replay":
    case "snapshot":
      if (typeof topic !== "string" || typeof at !== "number") return undefined;
      return { kind: "value", topic, at, value: fromNotation(value, "value") };
    default:
      return undefined;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

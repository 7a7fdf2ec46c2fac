import { sha256 } from "../sha256.js";
import { isRecord } from "./schema.js";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** One service of a contract, as a client tells it to a server that knows another. */
export interface ServiceText {
  readonly name: string;
  readonly service: Readonly<Record<string, unknown>>;
  readonly types: unknown;
}

/**
 * The hash of the text of a service: canonical JSON of its name, the service without hash and docs, and its types.
 *
 * Text and hash belong together, so nobody can tell a server another contract under a hash that others use.
 */
export function hashServiceText(text: string): string {
  return `sha256-${toBase64Url(sha256(new TextEncoder().encode(text)))}`;
}

/** Reads the text of a service; undefined when it is none. */
export function parseServiceText(text: string): ServiceText | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return undefined;
    const { name, service, types } = value;
    return typeof name === "string" && isRecord(service) ? { name, service, types } : undefined;
  } catch {
    return undefined;
  }
}

function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; index += 3) {
    const [first, second = 0, third = 0] = bytes.subarray(index, index + 3) as unknown as [
      number,
      number?,
      number?,
    ];
    const group = (first << 16) | (second << 8) | third;
    const characters = Math.min(bytes.length - index, 3) + 1;
    for (let place = 0; place < characters; place++) text += alphabet[(group >>> (18 - 6 * place)) & 63];
  }
  return text;
}

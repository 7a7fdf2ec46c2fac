import { once } from "node:events";
import { request } from "node:http";
import type { Socket } from "node:net";

/** A frame as bytes; as a client sends it, a whole binary message, unless said otherwise. */
export function frame(
  content: string | Uint8Array,
  { opcode = 2, final = true, masked = true }: { opcode?: number; final?: boolean; masked?: boolean } = {},
): Buffer {
  const payload = Buffer.from(content as string);
  return Buffer.concat([
    header(payload.length, { opcode, final, masked }),
    // A mask of zeros leaves the bytes as they are.
    masked ? Buffer.alloc(4) : Buffer.alloc(0),
    payload,
  ]);
}

function header(
  size: number,
  { opcode, final, masked }: { opcode: number; final: boolean; masked: boolean },
) {
  const first = (final ? 0x80 : 0) | opcode;
  const mask = masked ? 0x80 : 0;
  if (size < 126) return Buffer.from([first, mask | size]);
  if (size < 65_536) return Buffer.from([first, mask | 126, size >>> 8, size & 255]);
  const long = Buffer.alloc(10);
  long[0] = first;
  long[1] = mask | 127;
  long.writeBigUInt64BE(BigInt(size), 2);
  return long;
}

/** What a server answered to a request for a WebSocket. */
export interface Answer {
  readonly status: number;
  readonly words: string;
  /** The socket, when it became a WebSocket. */
  readonly socket?: Socket;
}

/** Asks for a WebSocket by hand, with headers that no client would send. */
export async function askUpgrade(url: URL, headers: Record<string, string> = {}): Promise<Answer> {
  const asking = request({
    host: url.hostname,
    port: url.port,
    path: url.pathname,
    agent: false,
    headers: {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Protocol": "rpc.1",
      ...headers,
    },
  });
  asking.end();
  return await new Promise((resolve, reject) => {
    asking.on("error", reject);
    asking.on("upgrade", (answer, socket) => {
      resolve({ status: answer.statusCode ?? 0, words: "", socket: socket as Socket });
    });
    asking.on("response", (answer) => {
      let words = "";
      answer.setEncoding("utf8").on("data", (text: string) => {
        words += text;
      });
      void once(answer, "end").then(() => resolve({ status: answer.statusCode ?? 0, words: words.trim() }));
    });
  });
}

/**
 * Between a test's own process and a platform under test: one WebSocket, text for what is told, bytes for packets.
 *
 * The platform runs whole scenarios, server included. A platform that cannot listen lets the test's process listen for it:
 * the connections are accepted there, and their packets relayed, each behind the four bytes of its connection's number.
 */
export type ToPlatform =
  | { readonly op: "run"; readonly title: string }
  | { readonly op: "listening"; readonly listener: number; readonly url: string }
  | { readonly op: "failed"; readonly listener: number; readonly code: string; readonly message: string }
  | {
      readonly op: "accepted";
      readonly listener: number;
      readonly connection: number;
      readonly address?: string;
    }
  | { readonly op: "drain" | "full"; readonly connection: number }
  | { readonly op: "closed"; readonly connection: number; readonly reason?: string };

/** What the platform tells. */
export type FromPlatform =
  | { readonly op: "ready" }
  | { readonly op: "done"; readonly title: string; readonly error?: string }
  | { readonly op: "listen"; readonly listener: number; readonly url: string }
  | { readonly op: "unlisten"; readonly listener: number }
  | { readonly op: "start" | "pause" | "resume" | "close"; readonly connection: number }
  | { readonly op: "limit"; readonly connection: number; readonly bytes: number };

/** Returns `packet` behind the number of its connection. */
export function joinPacket(connection: number, packet: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(4 + packet.length);
  new DataView(joined.buffer).setUint32(0, connection);
  joined.set(packet, 4);
  return joined;
}

/** Returns what `joinPacket` joined. */
export function splitPacket(joined: Uint8Array): {
  readonly connection: number;
  readonly packet: Uint8Array;
} {
  const view = new DataView(joined.buffer, joined.byteOffset, joined.length);
  return { connection: view.getUint32(0), packet: joined.subarray(4) };
}

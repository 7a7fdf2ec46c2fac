import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CurveKeys, createCurveKeys, type ZmqTransport, zmq } from "@rpc/transport-zmq";

/** Keys and files for one test. */
export interface CurveFolder {
  readonly server: CurveKeys;
  readonly alice: CurveKeys;
  readonly bob: CurveKeys;
  readonly allowedKeysFile: string;
  /** Writes a file of mode 0600; returns its path. */
  write(name: string, content: string): string;
  /** Puts these keys, and no others, into the file of allowed keys. */
  allow(...keys: readonly CurveKeys[]): void;
  remove(): void;
}

/** Makes a folder whose file of allowed keys names Alice. */
export function createCurveFolder(): CurveFolder {
  const folder = mkdtempSync(join(tmpdir(), "curve-"));
  const allowedKeysFile = join(folder, "allowed");
  const write = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const alice = createCurveKeys();
  const allow = (...keys: readonly CurveKeys[]) => {
    write("allowed", ["# who gets in", "", ...keys.map(({ publicKey }) => `${publicKey} a desk`)].join("\n"));
  };
  allow(alice);
  return {
    server: createCurveKeys(),
    alice,
    bob: createCurveKeys(),
    allowedKeysFile,
    write,
    allow,
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** The serving side, with its allowed keys in a file. */
export function serving({ server, allowedKeysFile }: CurveFolder, options: object = {}): ZmqTransport {
  return zmq({ curve: { secretKey: server.secretKey, allowedKeysFile }, ...options });
}

/** A connecting side with these keys. */
export function connecting({ server }: CurveFolder, { secretKey }: CurveKeys): ZmqTransport {
  return zmq({ curve: { secretKey, serverKey: server.publicKey } });
}

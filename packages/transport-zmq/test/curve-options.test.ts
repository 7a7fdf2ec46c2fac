import { chmodSync } from "node:fs";
import { createCurveKeys, zmq } from "@rpc/transport-zmq";
import { afterEach, beforeEach, expect, it } from "vitest";
import { curveKeyPair } from "zeromq";
import { readAllowedKeys, readSecretKey } from "../src/curve-files.js";
import { OwnKey } from "../src/curve-keys.js";
import { decodeKey, encodeKey, isCurveKey } from "../src/z85.js";
import { type CurveFolder, createCurveFolder } from "./curve-pair.js";
import { connectOptions, listenOptions } from "./ends.js";

let folder: CurveFolder;
beforeEach(() => {
  folder = createCurveFolder();
});
afterEach(() => folder.remove());

const { secretKey } = createCurveKeys();

it.each([
  ["key", "option curve of zmq() must be an object, got key"],
  [{ secretkey: secretKey }, "unknown option curve.secretkey of zmq(); known are secretKey,"],
  [{}, "curve needs one's own key: give curve.secretKeyFile; createCurveKeys() makes a pair"],
  [{ secretKey, secretKeyFile: "x" }, "curve.secretKey and curve.secretKeyFile are both given"],
  [{ secretKey: "short" }, "curve.secretKey must be a CURVE key, 40 characters of Z85, got a string of 5"],
  [{ secretKey, serverKey: "~".repeat(40) }, "curve.serverKey must be a CURVE key"],
  [{ secretKey, allowedKeys: "all" }, 'curve.allowedKeys must be a list of public keys or "any", got string'],
  [
    { secretKey, allowedKeys: [7] },
    "curve.allowedKeys[0] must be a CURVE key, 40 characters of Z85, got number",
  ],
])("refuses curve %j at start, without telling the secret", (curve, message) => {
  expect(() => zmq({ curve: curve as object })).toThrow(TypeError);
  expect(() => zmq({ curve: curve as object })).toThrow(message);
  expect(() => zmq({ curve: curve as object })).not.toThrow(secretKey);
});

it("refuses a publish that is no list of entries", () => {
  for (const [publish, message] of [
    [{}, "option publish of zmq() must be a list of { url, event }, got {}"],
    [
      ["zmq://127.0.0.1:1"],
      "an entry of publish must be { url, event }, both strings, got zmq://127.0.0.1:1",
    ],
    [[{ url: "zmq://127.0.0.1:1" }], 'both strings, got {"url":"zmq://127.0.0.1:1"}'],
  ] as const) {
    expect(() => zmq({ plain: true, publish: publish as never })).toThrow(TypeError);
    expect(() => zmq({ plain: true, publish: publish as never })).toThrow(message);
  }
});

it("says which key is missing to listen or to connect", async () => {
  const transport = zmq({ curve: { secretKey } });
  const url = new URL("zmq://127.0.0.1:7000");
  await expect(transport.listen(url, listenOptions(), () => {})).rejects.toMatchObject({
    code: "invalid_argument",
    message: "to listen with CURVE, say who gets in: curve.allowedKeysFile or curve.allowedKeys",
  });
  await expect(transport.connect(url, connectOptions())).rejects.toMatchObject({
    code: "invalid_argument",
    message: "to connect with CURVE, give the server's public key: curve.serverKey",
  });
});

it.each([0o644, 0o640, 0o604])("refuses a secret key of mode %o", async (mode) => {
  const path = folder.write("secret", secretKey);
  expect(await readSecretKey(path)).toBe(secretKey);
  chmodSync(path, mode);
  await expect(readSecretKey(path)).rejects.toMatchObject({
    code: "invalid_argument",
    message: `secret key ${path} has mode 0${mode.toString(8)}, so others can use it; run chmod 600 ${path}`,
  });
});

it("reads keys line by line, and tells where there is none", async () => {
  const { alice, bob } = folder;
  const path = folder.write("keys", `# desks\n\n${alice.publicKey} alice\n  ${bob.publicKey}\r\n`);
  expect(await readAllowedKeys(path)).toEqual([alice.publicKey, bob.publicKey]);
  await expect(readAllowedKeys(folder.write("keys", `\nalice ${alice.publicKey}`))).rejects.toMatchObject({
    message: `line 2 of ${path} holds no CURVE key; expected 40 characters of Z85`,
  });
  await expect(readSecretKey(folder.write("none", "two words"))).rejects.toMatchObject({
    message: expect.stringContaining("holds no CURVE key; expected 40 characters of Z85 and nothing else"),
  });
  await expect(readAllowedKeys("/nowhere/keys")).rejects.toMatchObject({ code: "invalid_argument" });
});

it("knows keys as libzmq writes them, whatever they are", () => {
  for (let round = 0; round < 200; round += 1) {
    const pair = curveKeyPair();
    expect(encodeKey(decodeKey(pair.publicKey))).toBe(pair.publicKey);
    expect(new OwnKey(pair.secretKey).publicKey).toBe(pair.publicKey);
  }
  expect(encodeKey(new Uint8Array(32))).toBe("0".repeat(40));
  expect(encodeKey(new Uint8Array(32).fill(255))).toBe("%nSc0".repeat(8));
  for (const text of ["", "0".repeat(39), "0".repeat(41), "#".repeat(40), `${"0".repeat(39)}~`]) {
    expect(isCurveKey(text)).toBe(false);
  }
});

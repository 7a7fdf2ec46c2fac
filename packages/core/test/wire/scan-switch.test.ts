import { afterEach, describe, expect, it } from "vitest";
import * as core from "../../src/index.js";
import { everyFrame } from "../../src/testing/every-frame.js";
import { callOf, packetOf, switchScan } from "../../src/testing/index.js";
import * as transport from "../../src/transport.js";
import { FrameReader } from "../../src/wire/decode-frame.js";
import { headerBytes } from "../../src/wire/packet.js";
import { ProtocolError } from "../../src/wire/protocol-error.js";

afterEach(() => switchScan(true));

/** A call whose argument says that its text is longer than it is by one byte, which the next frame gives. */
function read(): unknown {
  const header = { numbered: false, number: 0, acknowledged: 0, sentAt: 0 };
  const bytes = packetOf(header, [callOf(1, "Target.echo", "ab"), { type: "cancel", id: 1 }]).slice();
  bytes[bytes.length - 9 - 3] = 0xa3;
  return new FrameReader(bytes, headerBytes, { maxDepth: 32, maxNodes: 100 }, everyFrame).next();
}

describe("the scan", () => {
  it("is what refuses such bytes: without it they would be decoded", () => {
    expect(read).toThrow(ProtocolError);
    expect(read).toThrow("expected at least 3 bytes");
    switchScan(false);
    expect(read).toThrow("-1 bytes left over in a call frame");
  });

  it("can be switched off by the testing kit only", () => {
    for (const entry of [core, transport]) expect(Object.keys(entry).join()).not.toMatch(/scan/i);
  });
});

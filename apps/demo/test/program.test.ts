import { describe, expect, it } from "vitest";
import { unlessAborted } from "../src/program.js";

describe("unlessAborted", () => {
  it("settles as the work does", async () => {
    const { signal } = new AbortController();
    expect(await unlessAborted(Promise.resolve(1), signal)).toBe(1);
    await expect(unlessAborted(Promise.reject(new Error("broken")), signal)).rejects.toThrow("broken");
  });

  it("rejects with the signal's reason, aborted before or meanwhile", async () => {
    const stop = new AbortController();
    const endless = new Promise<never>(() => {});
    const waiting = unlessAborted(endless, stop.signal);
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(unlessAborted(endless, stop.signal)).rejects.toThrow("enough");
  });
});

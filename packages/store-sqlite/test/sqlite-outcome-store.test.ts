import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { type SqliteOutcomeStore, sqliteOutcomeStore } from "@rpc/store-sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const starting = (id: string, at = 0) => ({ id, args: "args", epoch: "first", at, until: at + 100 });

let folder: string;
let store: SqliteOutcomeStore;

describe("an outcome store in SQLite", () => {
  beforeEach(() => {
    folder = mkdtempSync(`${tmpdir()}/rpc-store-`);
    store = open();
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  it("records a start once and tells it to whoever comes again", () => {
    expect(store.start(starting("a"))).toBeUndefined();
    expect(store.start(starting("a", 10))).toEqual({ args: "args", epoch: "first", answer: undefined });
  });

  it("tells the answer, also after it was opened again", () => {
    store.start(starting("a"));
    store.finish("a", Uint8Array.of(0, 255), 200);
    store.close();
    store = open();
    expect(store.find("a", 200)).toEqual({ args: "args", epoch: "first", answer: Uint8Array.of(0, 255) });
    expect(store.since).toBe(0);
  });

  it("forgets when the window is over, and when told", () => {
    store.start(starting("a"));
    store.start(starting("b"));
    store.forget("b");
    expect(store.find("a", 101)).toBeUndefined();
    expect(store.find("b", 1)).toBeUndefined();
    expect(store.start(starting("a", 101))).toBeUndefined();
  });

  it("refuses above maxOutcomes until a window is over", () => {
    store.close();
    store = open(2);
    store.start(starting("a"));
    store.start(starting("b"));
    expect(() => store.start(starting("c"))).toThrow(
      expect.objectContaining({ code: "resource_exhausted", outcome: "not-executed" }),
    );
    expect(store.start(starting("c", 101))).toBeUndefined();
  });

  it("says so when it is used after it was closed", () => {
    store.close();
    store.close();
    expect(() => store.start(starting("a"))).toThrow("is closed");
  });
});

function open(maxOutcomes = 100): SqliteOutcomeStore {
  return sqliteOutcomeStore({ path: `${folder}/outcomes.db`, maxOutcomes });
}

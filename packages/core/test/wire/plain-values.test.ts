import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.js";
import { ByteSink } from "../../src/wire/byte-sink.js";
import { notPlain } from "../../src/wire/not-plain.js";
import { PlainReader } from "../../src/wire/plain-reader.js";
import { writePlain } from "../../src/wire/plain-values.js";
import { type ScanLimits, scanValue } from "../../src/wire/scan.js";
import { TargetTable } from "../../src/wire/target-table.js";
import { TextCache } from "../../src/wire/text-cache.js";
import { ValueWriter } from "../../src/wire/value-writer.js";
import { decodeValue } from "../../src/wire/values.js";
import { RandomValues } from "./random-values.js";

const reader = new PlainReader();

/** What the general way makes of bytes; undefined when the scan refuses them. */
function generally(
  bytes: Uint8Array,
  end: number,
  limits: ScanLimits = defaultLimits,
): { value: unknown; end: number } | undefined {
  try {
    const scanned = scanValue(bytes, new DataView(bytes.buffer), 0, end, limits);
    return { value: decodeValue(bytes, 0, scanned), end: scanned };
  } catch {
    return undefined;
  }
}

function plainly(
  bytes: Uint8Array,
  end: number,
  limits: ScanLimits = defaultLimits,
): { value: unknown; end: number } | undefined {
  const value = reader.read(bytes, 0, end, limits);
  return value === notPlain ? undefined : { value, end: reader.end };
}

function written(write: (sink: ByteSink) => boolean): number[] | undefined {
  const sink = new ByteSink(1);
  if (!write(sink)) {
    expect(sink.position).toBe(0);
    return undefined;
  }
  return [...sink.bytes.subarray(0, sink.position)];
}

describe("plain values", () => {
  it("are read as the scan and the general reader would, from any bytes, and never beyond their end", () => {
    const random = new RandomValues(7);
    let plain = 0;
    for (let round = 0; round < 50_000; round++) {
      const length = 1 + random.below(12);
      const bytes = Uint8Array.from({ length }, () =>
        random.below(2) === 0
          ? random.pick([
              0x81, 0x82, 0x91, 0x92, 0xa1, 0xa4, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd2, 0xd9, 0xc0, 0x41,
            ])
          : random.below(256),
      );
      const end = random.below(length + 1);
      const read = plainly(bytes, end);
      if (read === undefined) continue;
      plain += 1;
      expect(read, [...bytes.subarray(0, end)].join()).toEqual(generally(bytes, end));
    }
    expect(plain).toBeGreaterThan(5_000);
  });

  it("are read like the general way reads what was written, within the same limits, at every cut", () => {
    const random = new RandomValues(5);
    let plain = 0;
    for (let round = 0; round < 2_000; round++) {
      const bytes = Uint8Array.from(
        written((sink) => {
          new ValueWriter(sink, defaultLimits).write(random.plain(3));
          return true;
        })!,
      );
      const limits = { maxDepth: random.below(5), maxNodes: 1 + random.below(40) };
      const end = random.below(3) === 0 ? random.below(bytes.length) : bytes.length;
      const read = plainly(bytes, end, limits);
      if (read === undefined) continue;
      plain += 1;
      expect(read).toEqual(generally(bytes, end, limits));
    }
    expect(plain).toBeGreaterThan(500);
  });

  it.each([63, 64, 255, 256, 600, 70_000])("are texts of %d bytes too, if they are UTF-8", (length) => {
    for (const text of ["x".repeat(length), "小".repeat(length / 3), `é${"x".repeat(length - 2)}`]) {
      const bytes = Uint8Array.from(
        written((sink) => {
          new ValueWriter(sink, defaultLimits).write(["Alex", text, { note: text }]);
          return true;
        })!,
      );
      const read = plainly(bytes, bytes.length);
      expect(read).toEqual(length < 65_536 ? generally(bytes, bytes.length) : undefined);
      // One byte of it wrong, at either end.
      for (const at of [9, bytes.length - 1]) {
        const broken = bytes.slice();
        broken[at] = 0xff;
        expect(plainly(broken, broken.length)).toBeUndefined();
      }
    }
  });

  it("never make a prototype of a key", () => {
    const key = "__proto__";
    const bytes = Uint8Array.of(0x81, 0xa9, ...new TextEncoder().encode(key), 0x80);
    expect(plainly(bytes, bytes.length)).toBeUndefined();
    expect(generally(bytes, bytes.length)).toBeUndefined();
  });

  it("are written byte for byte as the general writer would", () => {
    const random = new RandomValues(11);
    let plain = 0;
    for (let round = 0; round < 5_000; round++) {
      const value = random.value(2);
      const bytes = written((sink) => writePlain(sink, value, defaultLimits));
      if (bytes === undefined) continue;
      plain += 1;
      const general = written((sink) => {
        new ValueWriter(sink, defaultLimits).write(value);
        return true;
      });
      expect(bytes).toEqual(general);
    }
    expect(plain).toBeGreaterThan(500);
  });

  it.each([[["Alex"]], ["x".repeat(31)], [[]], [[1, true, null, -32, 70_000, 2 ** 32 - 1]], [false]])(
    "are these too: %j",
    (value) => {
      const sink = new ByteSink(1);
      expect(writePlain(sink, value, defaultLimits)).toBe(true);
      expect(reader.read(sink.bytes, 0, sink.position, defaultLimits)).toEqual(value);
    },
  );

  it("are not what goes deeper, is longer, or is no ASCII", () => {
    for (const value of [[[1]], "x".repeat(32), "é", ["é"], new Array(9).fill(0), {}, undefined, [undefined]])
      expect(writePlain(new ByteSink(1), value, defaultLimits)).toBe(false);
  });
});

describe("a text cache", () => {
  it("gives the right text for any bytes, however many share its places", () => {
    const cache = new TextCache();
    const read = (text: string) => {
      const bytes = new TextEncoder().encode(`.${text}.`);
      return cache.read(bytes, 1, bytes.length - 1);
    };
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 5_000; index++) expect(read(`a${index}z`)).toBe(`a${index}z`);
      for (const text of ["", "x".repeat(31), "x".repeat(32), "x".repeat(33)]) expect(read(text)).toBe(text);
      for (const text of ["é", "xé"]) expect(read(text)).toBeUndefined();
    }
  });
});

describe("a target table", () => {
  const names = (service: string, method: string) => {
    const sink = new ByteSink(1);
    for (const name of [service, method]) new ValueWriter(sink, defaultLimits).write(name);
    return sink.bytes.slice(0, sink.position);
  };

  it("finds each of what is served by its bytes, and nothing else", () => {
    const targets = Array.from({ length: 1_000 }, (_, index) => ({
      service: `Desk${index % 37}`,
      method: `m${index}`,
    }));
    // The shortest and the longest that are found so.
    targets.push({ service: "D", method: "m" }, { service: "S".repeat(31), method: "m".repeat(31) });
    const table = new TargetTable(targets);
    for (const target of targets) {
      const bytes = Uint8Array.of(7, ...names(target.service, target.method), 7);
      const found = table.find(bytes, 1, bytes.length);
      expect(found).toEqual(target);
      expect(table.end).toBe(bytes.length - 1);
      expect(table.find(bytes, 1, bytes.length)).toBe(found);
      const other = names(`${target.service.slice(1)}x`, target.method);
      expect(table.find(other, 0, other.length)).toBeUndefined();
    }
  });

  it("leaves names that are cut short, empty, long or not ASCII to the scan", () => {
    const odd = [
      { service: "", method: "last" },
      { service: "Désk", method: "last" },
      { service: "Desk", method: "x".repeat(32) },
    ];
    const table = new TargetTable([{ service: "Desk", method: "last" }, ...odd]);
    const whole = names("Desk", "last");
    const more = Uint8Array.of(...whole, 0);
    expect(table.find(more, 0, more.length)).toEqual({ service: "Desk", method: "last" });
    for (let end = 0; end < whole.length; end++) expect(table.find(whole, 0, end)).toBeUndefined();
    for (const { service, method } of odd) {
      const bytes = names(service, method);
      expect(table.find(bytes, 0, bytes.length)).toBeUndefined();
    }
  });

  it("of nothing finds nothing", () => {
    const whole = names("Desk", "last");
    expect(new TargetTable([]).find(whole, 0, whole.length)).toBeUndefined();
  });
});

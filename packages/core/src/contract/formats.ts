// Each is linear: no part of a text can be read in two ways.
const formats: ReadonlyMap<string, RegExp> = new Map([
  ["date", /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/],
  ["time", /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[zZ]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/],
  [
    "date-time",
    /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[tT ](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[zZ]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/,
  ],
  ["uuid", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i],
  ["email", /^[^\s@]{1,64}@[^\s@.]+(?:\.[^\s@.]+)+$/],
  ["uri", /^[a-z][a-z0-9+.-]*:[^\s]*$/i],
  ["ipv4", /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/],
]);

/** The test of a `format`; undefined for one that this version only keeps as a note, as JSON Schema allows. */
export function findFormat(name: string): ((text: string) => boolean) | undefined {
  const format = formats.get(name);
  return format && ((text) => text.length <= maxFormatLength && format.test(text));
}

/** Longest text that a format is tried on. */
const maxFormatLength = 2048;

/** Tags of doc comments that become keywords of a schema. */
export const constraintNames: ReadonlySet<string> = new Set([
  ...["minimum", "maximum", "minLength", "maxLength", "pattern", "format", "int"],
]);

/** Formats that `@format` may name: those of JSON Schema that a string can be checked for. */
export const formats: readonly string[] = [
  ...["date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"],
];

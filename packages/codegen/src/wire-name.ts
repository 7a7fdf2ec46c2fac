const reserved = new Set(["then", "constructor", "toJSON", ...Object.getOwnPropertyNames(Object.prototype)]);
const grammar = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/;

/** Tells why a service or member cannot have this wire name; undefined when it can. The rules are those of `@rpc/core`. */
export function refuseWireName(name: string): string | undefined {
  if (reserved.has(name)) return `the name ${name} is reserved: promises, JSON or every object use it`;
  if (name.startsWith("$") || name.startsWith("__")) {
    return `the name ${name} is reserved: generated clients keep names that start with $ or __ for themselves`;
  }
  if (grammar.test(name)) return undefined;
  return `${JSON.stringify(name)} is no wire name: expected up to 128 letters, digits, _, - or ., the first no digit`;
}

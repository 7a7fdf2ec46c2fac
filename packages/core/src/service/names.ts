const reserved = new Set(["then", "constructor", "toJSON", ...Object.getOwnPropertyNames(Object.prototype)]);
const grammar = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/;

/** Tells why `name` can be no wire name of a service or member; undefined when it can. */
export function refuseName(name: string): string | undefined {
  if (reserved.has(name)) return `${name} is reserved: every object has it, or promises and JSON look for it`;
  if (name.startsWith("$") || name.startsWith("__"))
    return `${name} is reserved: names that start with $ or __ belong to @rpc`;
  if (!grammar.test(name)) {
    return `${JSON.stringify(name)} is no wire name: expected up to 128 letters, digits, _, - or ., not starting with a digit`;
  }
  return undefined;
}

/** Cuts a name that a peer asked for to what a message can hold; every name that exists fits. */
export function shorten(name: string): string {
  return name.length <= 257 ? name : `${name.slice(0, 256)}…`;
}

/** Throws `TypeError` for an option that nobody knows, naming those that exist. */
export function checkOptions(what: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw new TypeError(`${what}: unknown option ${name}; known are ${known.join(", ")}`);
  }
}

/** Number of a finding; `codes` says what each is about. */
export type Code = keyof typeof codes;

/** How much a finding weighs: an error keeps everything from being written. */
export type Severity = "error" | "warning" | "info";

/** Every finding that codegen has, by number. A number never changes its meaning. */
export const codes = {
  RPC1000: { severity: "error", about: "a project that cannot be read" },
  RPC1001: { severity: "error", about: "a type that cannot be resolved" },
  RPC1002: { severity: "error", about: "a syntax error" },
  RPC1003: { severity: "error", about: "a project without services" },
  RPC1101: { severity: "error", about: "an exposed private or protected member" },
  RPC1102: { severity: "error", about: "an exposed static member" },
  RPC1103: { severity: "error", about: "a wire name that is reserved, malformed or used twice" },
  RPC1104: { severity: "error", about: "an exposed member that is no method" },
  RPC1105: { severity: "error", about: "a decorator argument that cannot be read from the source" },
  RPC1106: { severity: "error", about: "a service that exposes nothing" },
  RPC1107: { severity: "error", about: "a call context in the wrong place" },
  RPC1108: { severity: "error", about: "an event that is no Event" },
  RPC1109: { severity: "error", about: "a declared error that does not extend RpcError" },
  RPC1110: { severity: "error", about: "options of a method that contradict what it gives back" },
  RPC1111: { severity: "error", about: "a constraint in a doc comment that makes no sense" },
  RPC1201: { severity: "warning", about: "any" },
  RPC1202: { severity: "warning", about: "an event that nobody can subscribe to" },
  RPC1203: { severity: "warning", about: "a class as data: some members do not travel" },
  RPC1204: { severity: "warning", about: "one type name for two types" },
  RPC1205: { severity: "warning", about: "a number literal that a number cannot hold exactly" },
  RPC2001: { severity: "error", about: "a value that cannot cross the wire" },
  RPC2002: { severity: "error", about: "a type that is not known before the call" },
  RPC2003: { severity: "error", about: "a stream, a generator, or a promise in the wrong place" },
  RPC2004: { severity: "error", about: "a function where none can be called back" },
  RPC2005: { severity: "error", about: "an intersection that no value satisfies" },
  RPC2006: { severity: "error", about: "an index signature that the wire cannot hold" },
  RPC2007: { severity: "error", about: "a map key that the wire cannot hold" },
  RPC2008: { severity: "error", about: "overloads that no single signature stands for" },
  RPC3001: { severity: "info", about: "overloads that become one method" },
} as const satisfies Record<string, { severity: Severity; about: string }>;

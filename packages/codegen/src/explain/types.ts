import type { Explanation } from "./explanation.js";

/** Findings about types, and what becomes of them on the wire. */
export const typeExplanations = {
  RPC1201: {
    why: "any turns off every check, here and in the client. It is almost never what was meant.",
    mend: "Write the type; write unknown where really anything may come.",
    bad: "@expose() settings(): any { … }",
    good: "@expose() settings(): Record<string, string> { … }",
  },
  RPC1203: {
    why: "An object of a class travels as its public fields. Its methods, accessors and private state stay behind, so the other side gets less than the type says.",
    mend: "Describe what is sent by an interface.",
    bad: "class Money { constructor(public cents: number) {} format(): string { … } }",
    good: "interface Money { cents: number }",
  },
  RPC1204: {
    why: "Two types of one name reach the same contract. Each gets the part of its path that tells them apart, which nobody chose.",
    mend: "Rename one.",
    bad: "// billing/order.ts and shipping/order.ts\nexport interface Order { … }",
    good: "export interface BillingOrder { … }\nexport interface ShippingOrder { … }",
  },
  RPC1205: {
    why: "A number holds integers exactly up to 2^53. A larger literal is rounded by the compiler already, so two of them may be one.",
    mend: "Write a bigint, or a string.",
    bad: "@expose() take(id: 9007199254740993): void {}",
    good: "@expose() take(id: 9007199254740993n): void {}",
  },
  RPC2001: {
    why: "Symbols, functions, weak collections, sockets and their like mean something in one process only.",
    mend: "Send the data that the other side needs of it.",
    bad: "@expose() kind(): symbol { … }",
    good: '@expose() kind(): "stock" | "bond" { … }',
  },
  RPC2002: {
    why: "A contract is made once, before any call. A type parameter is known to each caller only, and a type that grows with every step has no end.",
    mend: "Write the types out.",
    bad: "@expose() find<Kind extends Item>(kind: string): Kind { … }",
    good: "@expose() find(kind: string): Stock | Bond { … }",
  },
  RPC2003: {
    why: "A stream is what a method gives or takes as a whole. Inside a value it would have no beginning and no end of its own; a plain generator runs in one process; a promise inside a value has not happened yet.",
    mend: "Let the method itself be the stream, or send what is there already.",
    bad: "@expose() feed(): { rows: AsyncIterable<Row> } { … }",
    good: "@expose() async *feed(): AsyncGenerator<Row> { … }",
  },
  RPC2004: {
    why: "A function stays in the process that has it; calls of it travel. They need to know when it is no longer wanted, so it is a parameter of the method itself. What it gives back comes later, whatever it says.",
    mend: "Make it a direct parameter that gives nothing or a promise, or publish an event.",
    bad: "@expose() watch(options: { onTick: (tick: Tick) => boolean }): void {}",
    good: "@expose() watch(onTick: (tick: Tick) => Promise<boolean>): void {}",
  },
  RPC2005: {
    why: "An intersection that contradicts itself has no values: nobody could ever call the method, or nothing could ever come back.",
    mend: "Look for two properties of one name and different types.",
    bad: 'type Both = { side: "buy" } & { side: "sell" };',
    good: 'type Either = { side: "buy" } | { side: "sell" };',
  },
  RPC2006: {
    why: "On the wire the keys of an object are strings, all of one kind.",
    mend: "Use strings as keys, or send a Map.",
    bad: "{ [key: symbol]: number }",
    good: "{ [key: string]: number }",
  },
  RPC2007: {
    why: "A Map finds objects by identity, and on the other side every object is a new one.",
    mend: "Use a string, number, boolean or bigint as the key, or send pairs.",
    bad: "positions(): Map<Account, number>",
    good: "positions(): [Account, number][]",
  },
  RPC2008: {
    why: "The wire has one method by a name. These overloads take combinations that no single signature could allow without allowing others too.",
    mend: "Give them names of their own.",
    bad: "move(from: number, to: number): void;\nmove(from: string, to: string): void;",
    good: "moveByNumber(from: number, to: number): void;\nmoveByName(from: string, to: string): void;",
  },
  RPC3001: {
    why: "Clients see one method in place of the overloads. It takes exactly what they take, but which result belongs to which arguments is lost.",
    mend: "Nothing has to be done. Give them names of their own if callers should tell them apart.",
    bad: "get(id: number): Order;\nget(ids: number[]): Order[];",
    good: "get(id: number): Order;\ngetAll(ids: number[]): Order[];",
  },
} as const satisfies Record<string, Explanation>;

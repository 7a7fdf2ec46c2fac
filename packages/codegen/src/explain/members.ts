import type { Explanation } from "./explanation.js";

/** Findings about members of a service and what their decorators say. */
export const memberExplanations = {
  RPC1101: {
    why: "What is exposed can be called by anybody who can reach the server; private and protected say the opposite.",
    mend: "Decide which one it is.",
    bad: "@expose() private audit(): void {}",
    good: "@expose() audit(): void {}",
  },
  RPC1102: {
    why: "Calls go to an object that was given to serve. A static member belongs to the class.",
    mend: "Make it a member of the instance.",
    bad: "@expose() static now(): Date { … }",
    good: "@expose() now(): Date { … }",
  },
  RPC1103: {
    why: "A name is how a member is found on the wire, so it must be the only one, and none that JavaScript gives a meaning of its own: then, constructor, toJSON, and what begins with $ or __.",
    mend: "Give it another name, in the source or for the wire alone.",
    bad: "@expose() then(): void {}",
    good: '@expose({ name: "next" }) then(): void {}',
  },
  RPC1104: {
    why: "A call runs a method. A getter, a setter or a field does something else, or something only when it is read.",
    mend: "Make it a method.",
    bad: "@expose() get price(): number { … }",
    good: "@expose() price(): number { … }",
  },
  RPC1105: {
    why: "Contracts are made without running the program, so what a decorator says must be readable from the source.",
    mend: "Write the value in the decorator, or as a const.",
    bad: "@expose({ name: process.env.NAME }) price(): number { … }",
    good: '@expose({ name: "price" }) price(): number { … }',
  },
  RPC1106: {
    why: "A service without exposed members can be reached and then do nothing. Mostly a decorator was forgotten.",
    mend: "Expose what others may call.",
    bad: '@service("Clock")\nclass Clock { now(): Date { … } }',
    good: '@service("Clock")\nclass Clock { @expose() now(): Date { … } }',
  },
  RPC1107: {
    why: "A CallContext is made for each call by the server and handed over first. It is never sent, so it cannot stand among the arguments.",
    mend: "Take it first, and say so in the decorator.",
    bad: "@expose() place(order: Order, context: CallContext): void {}",
    good: "@expose({ context: true }) place(context: CallContext, order: Order): void {}",
  },
  RPC1108: {
    why: "An event is a field that holds an Event, for that is what the service publishes through.",
    mend: "Make it one.",
    bad: "@event() ticks = new EventEmitter();",
    good: "@event() readonly ticks = new Event<Tick>();",
  },
  RPC1109: {
    why: "A declared error crosses the wire with its code, message and fields; the first two come from RpcError.",
    mend: "Extend RpcError.",
    bad: "class Full extends Error {}",
    good: 'class Full extends RpcError {\n  constructor(readonly seats: number) {\n    super("resource_exhausted", "no seat is left");\n  }\n}',
  },
  RPC1110: {
    why: "A one-way method tells its caller nothing, so it has neither result nor declared errors; a key makes sense only where there is one outcome to remember.",
    mend: "Take away one of the two.",
    bad: "@expose({ oneway: true }) size(): number { … }",
    good: "@expose({ oneway: true }) log(line: string): void {}",
  },
  RPC1202: {
    why: "An Event without @event is published into nothing: no subscriber can name it. Mostly the decorator was forgotten.",
    mend: "Write @event() above it. One that is for this process alone is private.",
    bad: "readonly renamed = new Event<Renamed>();",
    good: "@event() readonly renamed = new Event<Renamed>();",
  },
  RPC1111: {
    why: "Tags such as @minimum become checks at the server's door. One that cannot be understood would be a check that is believed in and not there.",
    mend: "Mend the tag: @minimum, @maximum and @int are for numbers; @minLength, @maxLength, @pattern and @format for strings.",
    bad: "/** @minimum one */\nsize: number;",
    good: "/** @minimum 1 */\nsize: number;",
  },
} as const satisfies Record<string, Explanation>;

/**
 * Something that a client does besides calling, such as `events`.
 *
 * In Node a client has all of them. In a page it has those that its generated clients name, and those given to `connect`
 * as `parts`: what nobody names is not loaded. What one consists of is for core alone: compilers of generated clients
 * need not read it.
 */
export interface ClientPart {
  /** What a program imports it as. */
  readonly name: "events" | "streams" | "oneway" | "outcomes" | "nesting" | "proxy" | "refresh";
}

/** Something that can be measured: a server and a client for one question, `changeName("Alex")` → `"Alex"`. */
export interface Peer {
  readonly name: string;
  /** What it is, for the table. */
  readonly about: string;
  /** Listens on loopback; `served` counts what ran. */
  serve(): Promise<{ readonly url: string; served(): number; close(): Promise<void> }>;
  /** One connection. `call` rejects when the answer is not the right one. */
  connect(url: string): Promise<{ call(): Promise<void>; close(): Promise<void> }>;
}

/** The question's argument, and the right answer. */
export const name = "Alex";

/** Throws when an answer is wrong: a benchmark that does not look measures nothing. */
export function checkAnswer(answer: unknown): void {
  if (answer !== name) throw new Error(`wrong answer ${String(answer)}, expected ${name}`);
}

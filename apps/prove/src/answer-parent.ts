import type { Question, Saying } from "./child.js";

/** What a program does when asked. */
export type Answers = Readonly<Record<string, (of: never) => unknown>>;

/** Answers what the parent process asks; a program whose parent is gone ends. */
export function answerParent(answers: Answers): void {
  const byName = new Map(Object.entries(answers));
  process.on("message", async ({ id, ask, of }: Question) => {
    try {
      const answer = byName.get(ask);
      if (answer === undefined) throw new Error(`cannot ${ask}`);
      say({ id, value: await answer(of as never) });
    } catch (error) {
      say({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.on("disconnect", () => process.exit(0));
}

function say(saying: Saying): void {
  if (process.connected) process.send?.(saying);
}

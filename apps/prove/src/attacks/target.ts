import { type CallContext, Event, event, expose, service } from "@rpc/core";

/** What the attacked server serves: one member for each thing that can be asked too much of. */
@service("Target")
export class Target {
  @event() readonly told = new Event<string>();
  @event({ mode: "log", history: { count: 1_000 } }) readonly kept = new Event<string>();
  readonly #heard: ((text: string) => void)[] = [];

  @expose()
  echo(value: unknown): unknown {
    return value;
  }

  /** Answers when nobody waits any more. */
  @expose({ context: true })
  wait(context: CallContext): Promise<void> {
    return new Promise((resolve) => context.signal.addEventListener("abort", () => resolve()));
  }

  @expose()
  large(length: number): string {
    return "x".repeat(length);
  }

  @expose()
  publish(topic: string, text: string): void {
    this.told.publish(topic, text);
    this.kept.publish(topic, text);
  }

  @expose()
  fail(): never {
    throw new Error("the password is hunter2");
  }

  @expose({ context: true })
  async *count(context: CallContext): AsyncGenerator<number> {
    for (let index = 0; !context.signal.aborted; index++) yield index;
  }

  @expose({ context: true })
  async sum(context: CallContext, numbers: AsyncIterable<number>): Promise<number> {
    let sum = 0;
    for await (const number of numbers) {
      sum += number;
      if (context.signal.aborted) break;
    }
    return sum;
  }

  @expose()
  listen(heard: (text: string) => void): void {
    this.#heard.push(heard);
  }

  @expose({ oneway: true })
  note(_text: string): void {}

  secret(): string {
    return "hunter2";
  }
}

import { type CallContext, type CallOptions, expose, type RpcError, service } from "@rpc/core";
import { Simulation } from "@rpc/core/testing";
import { describe, expect, test } from "vitest";

type Ask = (question: string) => Promise<string>;

@service("Quiz")
class Quiz {
  failure: RpcError | undefined;
  later: Ask | undefined;
  @expose({ context: true }) async play(context: CallContext, ask: Ask): Promise<string> {
    this.later = context.with(ask);
    try {
      return await context.with(ask)("how many?");
    } catch (error) {
      this.failure = error as RpcError;
      throw error;
    }
  }
  @expose({ context: true }) mistake(context: CallContext): string {
    return context.with(() => "mine")();
  }
}

interface RemoteQuiz {
  play(ask: (question: string) => string | Promise<string>): Promise<string>;
  mistake(): Promise<string>;
  $with(options: CallOptions): RemoteQuiz;
}

function run(scenario: (world: { quiz: Quiz; remote: RemoteQuiz; simulation: Simulation }) => Promise<void>) {
  return new Simulation(1).run(async (simulation) => {
    const quiz = new Quiz();
    const server = await simulation.serve([quiz], { listen: "sim:quiz", exposeErrors: true });
    const client = await simulation.connect("sim:quiz");
    await scenario({ quiz, remote: client.service<RemoteQuiz>("Quiz"), simulation });
    await client.close();
    await server.close({ graceMs: 0 });
  });
}

const silent = () => new Promise<string>(() => {});

describe("a callback that is called as part of its call", () => {
  test("answers as otherwise", () =>
    run(async ({ remote }) => {
      expect(await remote.play((question) => `${question} 3`)).toBe("how many? 3");
    }));

  test("is given up at that call's deadline", () =>
    run(async ({ quiz, remote, simulation }) => {
      const playing = remote.$with({ timeoutMs: 1_000 }).play(silent);
      await expect(playing).rejects.toMatchObject({ code: "deadline_exceeded" });
      await simulation.sleep(100);
      // By the server's own clock, or by the cancel of a caller whose clock was quicker.
      const code = expect.stringMatching(/^(deadline_exceeded|cancelled)$/);
      const why = /^callback 1 of Quiz.play: the call it is part of was given up: Quiz.play: /;
      expect(quiz.failure).toMatchObject({ code, outcome: "unknown", message: expect.stringMatching(why) });
      await expect(quiz.later!("again?")).rejects.toMatchObject({
        code,
        outcome: "not-executed",
      });
    }));

  test("is given up when its caller cancels", () =>
    run(async ({ quiz, remote, simulation }) => {
      const controller = new AbortController();
      const playing = remote.$with({ signal: controller.signal }).play(silent);
      const failed = expect(playing).rejects.toMatchObject({ code: "cancelled" });
      await simulation.sleep(100);
      controller.abort();
      await failed;
      await simulation.sleep(100);
      expect(quiz.failure).toMatchObject({
        code: "cancelled",
        message: expect.stringContaining("the call it is part of was given up"),
      });
    }));

  test("can only be one that a caller passed", () =>
    run(async ({ remote }) => {
      await expect(remote.mistake()).rejects.toMatchObject({
        code: "internal",
        message: expect.stringContaining(
          "Quiz.mistake: context.with expects a service, a client, or a function that its caller passed",
        ),
      });
    }));
});

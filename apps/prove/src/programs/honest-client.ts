/** Somebody who works while others attack: a call every 20 ms, in a process of its own. */
import { type Client, connect, type Remote } from "@rpc/core";
import { answerParent } from "../answer-parent.js";
import type { Target } from "../attacks/target.js";
import { createTransport, type Scheme } from "../transports.js";

export interface HonestClientOptions {
  readonly scheme: Scheme;
  readonly url: string;
}

/** What it noticed since it was asked last. */
export interface HonestReport {
  readonly calls: number;
  readonly failures: readonly string[];
  readonly worstMs: number;
  /** Whether its session went on all the time. */
  readonly undisturbed: boolean;
}

const everyMs = 20;

let client: Client;
let calls = 0;
let failures: string[] = [];
let worstMs = 0;
let undisturbed = true;

async function call(target: Remote<Target>): Promise<void> {
  const began = performance.now();
  try {
    const text = `call ${calls++}`;
    if ((await target.echo(text)) !== text) failures.push("another answer");
  } catch (error) {
    failures.push((error as Error).message);
  }
  worstMs = Math.max(worstMs, performance.now() - began);
}

answerParent({
  async start({ scheme, url }: HonestClientOptions): Promise<void> {
    client = await connect(url, { transports: [createTransport(scheme)], timeoutMs: 2_000 });
    client.onState((state) => {
      if (state !== "online") undisturbed = false;
    });
    const target = client.service<Remote<Target>>("Target");
    setInterval(() => void call(target), everyMs);
  },
  report(): HonestReport {
    const report = { calls, failures, worstMs, undisturbed };
    calls = 0;
    failures = [];
    worstMs = 0;
    undisturbed = true;
    return report;
  },
});

import type { GenerateResult } from "@rpc/codegen";
import { FolderWatch } from "./folder-watch.js";
import type { Terminal } from "./terminal.js";

/** Runs again whenever something that the last run depended on has changed, until the terminal's signal aborts. */
export async function watch(run: () => Promise<GenerateResult>, terminal: Terminal): Promise<void> {
  const { out, signal } = terminal;
  const folders = new FolderWatch();
  try {
    while (!signal?.aborted) {
      // Before the run: what is saved while it reads must make another run.
      folders.forget();
      const [since, started] = [Date.now(), performance.now()];
      const result = await run();
      folders.watch(result, since);
      out(`${Math.round(performance.now() - started)} ms; watching ${folders.size} folders\n`);
      await folders.changed(signal);
    }
  } finally {
    folders.close();
  }
}

import { PageServer } from "./page-server.js";
import { ServerProcess } from "./server-process.js";

/** The page and the desk, both running. */
export interface RunningDesk {
  /** Where the page is. */
  readonly page: string;
  /** Ends both. Safe to call twice. */
  close(): Promise<void>;
}

/** Starts the page at `port`, 0 for a free one, and the desk's server. */
export async function startDesk(port: number): Promise<RunningDesk> {
  let server: ServerProcess | undefined;
  const page = await PageServer.open(port, (origin) => {
    const started = new ServerProcess(origin);
    server = started;
    return { deskUrl: () => started.url, kill: () => started.kill() };
  });
  const close = async () => {
    page.close();
    await server?.close();
  };
  try {
    await server?.start();
  } catch (error) {
    await close();
    throw error;
  }
  return { page: page.origin, close };
}

import { readFileSync } from "node:fs";

/** Files of a process beside its connections: libraries, pipes, the listener. */
const others = 200;

/** What to do so that a process can have so many connections; undefined when it can, or where nobody can tell. */
export function lackOfFiles(connections: number): string | undefined {
  // Node itself raises the soft limit to the hard one.
  const hard = hardLimit();
  const needed = connections + others;
  if (hard === undefined || hard >= needed) return undefined;
  return `${connections} connections need ${needed} open files, and this shell allows ${hard}: raise it (ulimit -Hn ${needed} as root, or LimitNOFILE in systemd), or use --quick`;
}

function hardLimit(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const [, hard] = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return hard === undefined ? undefined : Number(hard);
}

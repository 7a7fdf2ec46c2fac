/** Stands still: nothing of this process runs for that long. */
export function stall(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

import type { Terminal } from "./terminal.js";

const words = { read: "reading the services", write: "writing" } as const;

/** Tells a person what is being done, on a line that goes away when it is. */
export interface Progress {
  readonly step: (step: keyof typeof words) => void;
  end(): void;
}

/** Shows progress where somebody watches; nowhere else, for logs keep every line. */
export function showProgress({ interactive, err }: Terminal): Progress {
  let shown = false;
  const clear = () => {
    if (shown) err("\r\u001b[K");
    shown = false;
  };
  return {
    step(step) {
      if (!interactive) return;
      clear();
      err(`${words[step]} …`);
      shown = true;
    },
    end: clear,
  };
}

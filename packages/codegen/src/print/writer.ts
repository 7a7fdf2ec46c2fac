/** Lines of source under way; indentation is the writer's business. */
export class Writer {
  readonly #lines: string[] = [];
  #indent = "";

  /** Adds lines; an empty one has no indentation. */
  line(text = ""): void {
    // Nearly all are one line.
    if (!text.includes("\n")) this.#lines.push(text === "" ? "" : this.#indent + text);
    else for (const line of text.split("\n")) this.#lines.push(line === "" ? "" : this.#indent + line);
  }

  /** Adds one text after the other, each on lines of its own. */
  lines(texts: readonly string[]): void {
    for (const text of texts) this.line(text);
  }

  /** Adds `open`, then what `body` writes, indented, then `close`. */
  block(open: string, close: string, body: () => void): void {
    this.line(open);
    const outer = this.#indent;
    this.#indent = `${outer}  `;
    body();
    this.#indent = outer;
    this.line(close);
  }

  /** Adds a doc comment; nothing for no text. */
  doc(text: string | undefined): void {
    if (text) this.line(docComment(text));
  }

  /** Everything so far, ending in one line end. */
  toString(): string {
    return `${this.#lines.join("\n").trimEnd()}\n`;
  }
}

/** Text as a doc comment: one line if it is one. */
export function docComment(text: string): string {
  const lines = text.replaceAll("*/", "*\\/").split("\n");
  if (lines.length === 1) return `/** ${lines[0]} */`;
  return ["/**", ...lines.map((line) => ` * ${line}`.trimEnd()), " */"].join("\n");
}

const holes: Readonly<Record<string, string>> = {
  string: "[^]*",
  number: "[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?",
  bigint: "-?\\d+",
};

/** Longest text that a template with several holes is tried on: it may be read in as many ways as it is long. */
const maxTemplateInput = 1024;

/** Compiles a template literal type, such as `id-${number}`. */
export function compileTemplate(template: string): (text: string) => boolean {
  let source = "";
  let count = 0;
  for (const [part, kind] of template.matchAll(/\$\{(string|number|bigint)\}|\\.|./gs)) {
    if (kind !== undefined) {
      source += holes[kind];
      count++;
    } else source += escapeText(part.startsWith("\\") && part.length > 1 ? part.slice(1) : part);
  }
  const expression = new RegExp(`^${source}$`);
  const longest = count > 1 ? maxTemplateInput : Infinity;
  return (text) => text.length <= longest && expression.test(text);
}

function escapeText(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

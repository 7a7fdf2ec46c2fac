/** A TypeScript module as JavaScript for Node, types taken off. Says nothing about their being right. */
export async function transpile(path: string, text: string): Promise<string> {
  const { default: ts } = await import("./typescript.cjs");
  const { outputText, diagnostics = [] } = ts.transpileModule(text, {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: false,
    },
  });
  const [found] = diagnostics;
  if (found === undefined) return outputText;
  const message = ts.flattenDiagnosticMessageText(found.messageText, "\n");
  const line = found.file && found.file.getLineAndCharacterOfPosition(found.start ?? 0).line + 1;
  throw new SyntaxError(`${path}${line === undefined ? "" : `:${line}`}: ${message}`);
}

import { fileURLToPath } from "node:url";
import ts from "typescript";

const generated = fileURLToPath(new URL("../../core/src/generated.ts", import.meta.url));

const everyStrictFlag: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.esnext.disposable.d.ts"],
  module: ts.ModuleKind.NodeNext,
  types: [],
  noEmit: true,
  strict: true,
  declaration: true,
  allowUnreachableCode: false,
  allowUnusedLabels: false,
  erasableSyntaxOnly: true,
  exactOptionalPropertyTypes: true,
  isolatedDeclarations: true,
  isolatedModules: true,
  noFallthroughCasesInSwitch: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noPropertyAccessFromIndexSignature: true,
  noUncheckedIndexedAccess: true,
  noUncheckedSideEffectImports: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  skipLibCheck: true,
  paths: { "@rpc/core/generated": [generated] },
};

/** What the compiler says about generated clients, with every strict flag. Empty is good. */
export function compileClients(files: readonly string[]): string[] {
  const program = ts.createProgram(files, everyStrictFlag);
  return files.flatMap((path) => {
    const file = program.getSourceFile(path)!;
    const found = [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
      ...program.getDeclarationDiagnostics(file),
    ];
    return found.map(({ messageText, start }) => {
      const line = file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
      return `${path}:${line} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
    });
  });
}

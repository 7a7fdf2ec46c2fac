import { dirname } from "node:path";
import { PackageNames } from "./package-name.js";
import ts from "./typescript.cjs";

/**
 * Tells what comes from `@rpc/core`.
 *
 * By where a symbol is declared, never by what it is called here: renames and re-exports are followed, and a user's
 * own `expose` is not ours.
 */
export class CorePackage {
  readonly #checker: ts.TypeChecker;
  readonly #files = new Map<ts.SourceFile, boolean>();
  readonly #names = new Map<ts.SourceFile, Map<string, string | undefined>>();
  readonly #packages = new PackageNames();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** Name under which `@rpc/core` declares what an expression refers to; undefined for what is not its own. */
  nameOf(expression: ts.Node): string | undefined {
    const file = ts.isIdentifier(expression) ? fileAround(expression) : undefined;
    return file ? this.#nameIn(file, expression as ts.Identifier) : this.#ask(expression);
  }

  // A name means the same in all decorators of a file's classes, and most have several.
  #nameIn(file: ts.SourceFile, expression: ts.Identifier): string | undefined {
    const names = this.#names.get(file) ?? new Map<string, string | undefined>();
    this.#names.set(file, names);
    const { text } = expression;
    if (!names.has(text)) names.set(text, this.#ask(expression));
    return names.get(text);
  }

  #ask(expression: ts.Node): string | undefined {
    const symbol = this.#checker.getSymbolAtLocation(expression);
    return symbol && this.nameOfSymbol(symbol);
  }

  /** The same for a symbol. */
  nameOfSymbol(symbol: ts.Symbol): string | undefined {
    const declared = symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    const file = declared.declarations?.[0]?.getSourceFile();
    return file && this.#isOurs(file) ? declared.name : undefined;
  }

  // Asked for every symbol that is read, so a file is looked at once.
  #isOurs(file: ts.SourceFile): boolean {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const isOurs = this.#packages.at(dirname(file.fileName)) === "@rpc/core";
    this.#files.set(file, isOurs);
    return isOurs;
  }
}

// The file of a decorator's name, if only classes of the file itself stand around it: nothing there can mean it otherwise.
function fileAround(name: ts.Identifier): ts.SourceFile | undefined {
  let node: ts.Node = name.parent;
  while (isBetween(node)) node = node.parent;
  return ts.isClassDeclaration(node) && ts.isSourceFile(node.parent) ? node.parent : undefined;
}

function isBetween(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isDecorator(node) || ts.isClassElement(node)
  );
}

import { dirname } from "node:path";
import { packageName } from "./package-name.js";
import ts from "./typescript.cjs";

/**
 * Tells what comes from `@rpc/core`.
 *
 * By where a symbol is declared, never by what it is called here: renames and re-exports are followed, and a user's
 * own `expose` is not ours.
 */
export class CorePackage {
  readonly #checker: ts.TypeChecker;
  readonly #packages = new Map<string, string | undefined>();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** Name under which `@rpc/core` declares what an expression refers to; undefined for what is not its own. */
  nameOf(expression: ts.Node): string | undefined {
    const symbol = this.#checker.getSymbolAtLocation(expression);
    return symbol && this.nameOfSymbol(symbol);
  }

  /** The same for a symbol. */
  nameOfSymbol(symbol: ts.Symbol): string | undefined {
    const declared = symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
    return this.#packageOf(declared) === "@rpc/core" ? declared.name : undefined;
  }

  #packageOf(symbol: ts.Symbol): string | undefined {
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined) return undefined;
    const folder = dirname(declaration.getSourceFile().fileName);
    if (!this.#packages.has(folder)) this.#packages.set(folder, packageName(folder));
    return this.#packages.get(folder);
  }
}

import ts from "../typescript.cjs";
import { argumentsOf } from "./type-name.js";

const plain =
  ts.TypeFlags.String | ts.TypeFlags.Number | ts.TypeFlags.BigInt | ts.TypeFlags.Boolean | ts.TypeFlags.Null;

/** A number for each node of the source. */
export class NodeNumbers {
  readonly #numbers = new WeakMap<ts.Node, number>();
  #next = 0;

  of(node: ts.Node): number {
    const known = this.#numbers.get(node);
    if (known !== undefined) return known;
    this.#numbers.set(node, this.#next);
    return this.#next++;
  }
}

/**
 * Tells a named type by where it is declared and with which arguments, also in a later program of the same files.
 *
 * Two types have one key only where the compiler takes them for one. Where it cannot be told, there is no key.
 */
export class TypeKeys {
  readonly #checker: ts.TypeChecker;
  readonly #numbers: NodeNumbers;

  /** `numbers` tells declarations apart, as long as their files stay what they are. */
  constructor(checker: ts.TypeChecker, numbers: NodeNumbers) {
    this.#checker = checker;
    this.#numbers = numbers;
  }

  /** The key of a symbol with arguments. */
  of(symbol: ts.Symbol, args: readonly ts.Type[]): string | undefined {
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined) return undefined;
    const keys = args.map((arg) => this.#ofType(arg));
    if (keys.includes(undefined)) return undefined;
    return `${this.#numbers.of(declaration)}<${keys.join()}>`;
  }

  #ofType(type: ts.Type): string | undefined {
    if (type.aliasSymbol) {
      const key = this.of(type.aliasSymbol, type.aliasTypeArguments ?? []);
      return key && `=${key}`;
    }
    if (type.flags & plain) return `${type.flags}`;
    if (type === this.#checker.getUndefinedType()) return "undefined";
    if (type.isStringLiteral() || type.isNumberLiteral()) return this.#ofLiteral(type);
    if (type.isUnion()) return this.#ofUnion(type);
    const { objectFlags = 0, node } = type as { objectFlags?: ts.ObjectFlags; node?: ts.Node };
    const declared = objectFlags & (ts.ObjectFlags.ClassOrInterface | ts.ObjectFlags.Reference);
    const { symbol } = type as { symbol?: ts.Symbol };
    // One with a node is an array that the compiler has put off, and may be there twice.
    if (!declared || node || !symbol || !(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)))
      return undefined;
    return this.of(symbol, argumentsOf(this.#checker, type));
  }

  #ofLiteral(type: ts.StringLiteralType | ts.NumberLiteralType): string | undefined {
    if (type.regularType !== type) return undefined;
    return type.flags & ts.TypeFlags.EnumLiteral ? this.of(type.symbol, []) : JSON.stringify(type.value);
  }

  #ofUnion(type: ts.UnionType): string | undefined {
    // The same members are another type where the compiler remembers what they were put together from.
    if ((type as { origin?: ts.Type }).origin) return undefined;
    const keys = type.types.map((part) => this.#ofType(part));
    return keys.includes(undefined) ? undefined : `(${keys.sort().join("|")})`;
  }
}

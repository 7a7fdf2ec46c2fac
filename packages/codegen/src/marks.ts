import type { CorePackage } from "./core-package.js";
import type { Problems } from "./diagnostics.js";
import ts from "./typescript.cjs";

/** What one of our decorators says at one place. */
export interface Mark {
  readonly kind: "service" | "expose" | "event";
  readonly at: ts.Decorator;
  /** First argument, if there is one. */
  readonly argument: ts.Expression | undefined;
  /** Options by name; empty when there are none. */
  readonly options: ReadonlyMap<string, ts.Expression>;
}

/** Reads decorators of `@rpc/core`. Both dialects look alike in source. */
export class Marks {
  readonly #checker: ts.TypeChecker;
  readonly #core: CorePackage;
  readonly #problems: Problems;
  readonly #known = new Map<ts.Decorator, Mark | undefined>();

  constructor(checker: ts.TypeChecker, core: CorePackage, problems: Problems) {
    this.#checker = checker;
    this.#core = core;
    this.#problems = problems;
  }

  /** The marks on a class or member, in source order. */
  on(node: ts.Node): Mark[] {
    const decorators = ts.canHaveDecorators(node) ? ts.getDecorators(node) : undefined;
    return decorators?.flatMap((decorator) => this.#once(decorator) ?? []) ?? [];
  }

  /** Text of an option or argument whose value the compiler knows. */
  text(expression: ts.Expression | undefined): string | undefined {
    if (expression === undefined) return undefined;
    const type = this.#checker.getTypeAtLocation(expression);
    if (type.isStringLiteral()) return type.value;
    this.#refuse(expression, "a string");
    return undefined;
  }

  /** Whether an option says `true`. */
  flag(mark: Mark, name: string): boolean {
    const expression = mark.options.get(name);
    if (expression === undefined) return false;
    if (expression.kind === ts.SyntaxKind.TrueKeyword) return true;
    const text = this.#checker.typeToString(this.#checker.getTypeAtLocation(expression));
    if (text !== "true" && text !== "false") this.#refuse(expression, "true or false");
    return text === "true";
  }

  /** Whether an option is there and says anything but `false`. */
  isSet(mark: Mark, name: string): boolean {
    const expression = mark.options.get(name);
    return expression !== undefined && expression.kind !== ts.SyntaxKind.FalseKeyword;
  }

  /** Elements of an option that is an array. */
  list(mark: Mark, name: string): readonly ts.Expression[] {
    const expression = mark.options.get(name);
    if (expression === undefined) return [];
    if (ts.isArrayLiteralExpression(expression) && !expression.elements.some(ts.isSpreadElement)) {
      return expression.elements;
    }
    this.#refuse(expression, "an array, written out");
    return [];
  }

  // Asked for when services are found, when members are checked, and when they are read.
  #once(decorator: ts.Decorator): Mark | undefined {
    if (!this.#known.has(decorator)) this.#known.set(decorator, this.#read(decorator));
    return this.#known.get(decorator);
  }

  #read(decorator: ts.Decorator): Mark | undefined {
    const call = ts.isCallExpression(decorator.expression) ? decorator.expression : undefined;
    const kind = this.#core.nameOf(call ? call.expression : decorator.expression);
    if (kind !== "service" && kind !== "expose" && kind !== "event") return undefined;
    const argument = call?.arguments[0];
    return {
      kind,
      at: decorator,
      argument,
      options: kind === "service" ? new Map() : this.#options(argument),
    };
  }

  #options(argument: ts.Expression | undefined): Map<string, ts.Expression> {
    const options = new Map<string, ts.Expression>();
    if (argument === undefined) return options;
    if (!ts.isObjectLiteralExpression(argument)) {
      this.#refuse(argument, "an object, written out");
      return options;
    }
    for (const property of argument.properties) {
      if (ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name)) {
        options.set(property.name.text, property.initializer);
      } else if (ts.isShorthandPropertyAssignment(property)) {
        options.set(property.name.text, property.name);
      } else if (!ts.isMethodDeclaration(property)) {
        // A function is the server's business: a rule, or what makes a key.
        this.#refuse(property, "name: value");
      }
    }
    return options;
  }

  #refuse(at: ts.Node, expected: string): void {
    const message = `expected ${expected}, got ${at.getText()}, which is only known when the program runs`;
    this.#problems.report("RPC1105", at, message, "Write the value in the decorator, or as a const.");
  }
}

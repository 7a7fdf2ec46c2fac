import type { TypeSchema } from "@rpc/core/contract";
import { CorePackage } from "../core-package.js";
import type { Problems } from "../diagnostics.js";
import ts from "../typescript.cjs";
import { readAlias, readAliasOf } from "./alias.js";
import { readArray } from "./array-type.js";
import { readBuiltin } from "./builtin-type.js";
import { isWholeEnum, readEnum } from "./enum-type.js";
import { type KeptTypes, NamedTypes } from "./named-types.js";
import { readObject } from "./object-type.js";
import { readPrimitive } from "./primitive-type.js";
import { type Reading, refused } from "./reading.js";
import { warnOfLiteral } from "./unexact-literal.js";
import { readUnfit } from "./unfit-type.js";
import { readUnion } from "./union-type.js";
import { sameType } from "./written-type.js";

// Deeper than any type a person wrote, and far from the end of the stack.
const maxDepth = 200;

/** Turns the compiler's types into schemas; what cannot cross the wire becomes a finding. */
export class TypeReader implements Reading {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly core: CorePackage;
  readonly problems: Problems;
  readonly types: NamedTypes;
  readonly openObjects: ts.Type[] = [];
  #depth = 0;

  constructor(program: ts.Program, problems: Problems, kept?: KeptTypes) {
    this.program = program;
    this.checker = program.getTypeChecker();
    this.core = new CorePackage(this.checker);
    this.problems = problems;
    this.types = new NamedTypes(this.checker, problems, kept);
  }

  read(type: ts.Type, at: ts.Node, written?: ts.TypeNode): TypeSchema {
    // An annotation inside a generic speaks of its parameters; it tells nothing about this instantiation.
    const node = written && sameType(this.checker, type, written) ? withoutParentheses(written) : undefined;
    if (this.#depth > maxDepth) return this.#refuseDepth(type, node ?? at);
    this.#depth++;
    const schema =
      readUnfit(this, type, node ?? at) ??
      (node && readAlias(this, type, node)) ??
      readAliasOf(this, type) ??
      this.readUnnamed(type, node ?? at, node);
    this.#depth--;
    return schema;
  }

  readUnnamed(type: ts.Type, at: ts.Node, node: ts.TypeNode | undefined): TypeSchema {
    const primitive = readPrimitive(type);
    if (primitive) {
      warnOfLiteral(type, at, this.problems);
      return primitive;
    }
    if (isWholeEnum(type)) return readEnum(this, type, at);
    if (type.isUnion()) return readUnion(this, type, at, node);
    return (
      readArray(this, type, at, node) ?? readBuiltin(this, type, at, node) ?? readObject(this, type, at, node)
    );
  }

  #refuseDepth(type: ts.Type, at: ts.Node): TypeSchema {
    const message = `${this.checker.typeToString(type)} is more than ${maxDepth} types deep`;
    this.problems.report(
      "RPC2002",
      at,
      message,
      "Give the parts that contain each other names, as interfaces.",
    );
    return refused;
  }
}

function withoutParentheses(node: ts.TypeNode): ts.TypeNode {
  return ts.isParenthesizedTypeNode(node) ? withoutParentheses(node.type) : node;
}

import type { TypeSchema } from "@rpc/core/contract";
import type { CorePackage } from "../core-package.js";
import type { Problems } from "../diagnostics.js";
import type ts from "../typescript.cjs";
import type { NamedTypes } from "./named-types.js";

/** What readers of types share. */
export interface Reading {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  readonly core: CorePackage;
  readonly problems: Problems;
  readonly types: NamedTypes;
  /** Objects without a name whose properties are being read, outermost first. */
  readonly openObjects: ts.Type[];
  /**
   * The schema of a type. `written` is the annotation it came from, if there is one: aliases live only there, for the
   * compiler forgets them in `x?: Side` and `Side | null`.
   */
  read(type: ts.Type, at: ts.Node, written?: ts.TypeNode): TypeSchema;
  /** The same without a look for an alias: what an alias itself stands for. */
  readUnnamed(type: ts.Type, at: ts.Node, node: ts.TypeNode | undefined): TypeSchema;
}

/** Stands for a type that was refused: nothing is written then, so nobody sees it. */
export const refused: TypeSchema = { "x-js": "any" };

import type { TypeSchema } from "@rpc/core/contract";
import { refuseName } from "@rpc/core/contract";
import { readProperties } from "../schema/properties.js";
import ts from "../typescript.cjs";
import { describe } from "./doc.js";
import type { ServiceReader } from "./method.js";

/** Reads the classes of `throws` into the service's errors; returns their wire names in the decorator's order. */
export function readErrors(classes: readonly ts.Expression[], reader: ServiceReader): string[] {
  return classes.flatMap((expression) => readError(expression, reader) ?? []);
}

function readError(expression: ts.Expression, reader: ServiceReader): string | undefined {
  const { types, problems, errors } = reader;
  const { checker } = types;
  const type = checker
    .getSignaturesOfType(checker.getTypeAtLocation(expression), ts.SignatureKind.Construct)[0]
    ?.getReturnType();
  const base = type && findRpcError(type, reader);
  if (type === undefined || base === undefined || base === type) {
    const message = `${expression.getText()} is not a class that extends RpcError of @rpc/core`;
    const name = ts.isIdentifier(expression) && base === undefined ? expression.text : "NotFound";
    problems.report(
      "RPC1109",
      expression,
      message,
      `Declare a class of its own: class ${name} extends RpcError { … }`,
    );
    return undefined;
  }
  const name = type.symbol.declarations?.find(ts.isClassLike)?.name?.text ?? expression.getText();
  const refusal = refuseName(name);
  if (refusal !== undefined) problems.report("RPC1103", expression, refusal, "Give the class another name.");
  const schema = readFields(type, base, expression, reader);
  const known = errors.get(name);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
    const message = `two different errors of the service ${reader.service} are named ${name}`;
    problems.report("RPC1103", expression, message, "Give one of the classes another name.");
  }
  errors.set(name, schema);
  return name;
}

// What every RpcError has travels anyway; the rest is what this class adds.
function readFields(type: ts.Type, base: ts.Type, at: ts.Node, { types }: ServiceReader): TypeSchema {
  const inherited = new Set(types.checker.getPropertiesOfType(base).map((property) => property.name));
  return {
    type: "object",
    ...readProperties(types, type, at, inherited),
    ...describe(types.checker, type.symbol),
  };
}

function findRpcError(type: ts.Type, reader: ServiceReader): ts.Type | undefined {
  const { checker, core } = reader.types;
  if (type.symbol && core.nameOfSymbol(type.symbol) === "RpcError") return type;
  for (const base of type.isClassOrInterface() ? checker.getBaseTypes(type) : (type.getBaseTypes() ?? [])) {
    const found = findRpcError(base, reader);
    if (found) return found;
  }
  return undefined;
}

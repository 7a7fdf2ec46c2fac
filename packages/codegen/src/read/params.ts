import type { ParamContract, TypeSchema } from "@rpc/core/contract";
import { writtenItem } from "../schema/array-type.js";
import { readConstraints } from "../schema/constraints.js";
import { streamItem } from "../schema/stream-type.js";
import { readOptional } from "../schema/written-type.js";
import ts from "../typescript.cjs";
import { readCallback } from "./callback.js";
import { paramDoc } from "./doc.js";
import type { Reader } from "./reader.js";

/** Reads the parameters of a method. A context is checked and left out: clients do not send it. */
export function readParams(
  signature: ts.Signature,
  name: ts.Node,
  context: boolean,
  reader: Reader,
): ParamContract[] {
  const [first, ...others] = signature.parameters;
  if (context && !(first && isContext(first, reader))) {
    const message = "context: true, but the first parameter is no CallContext";
    reader.problems.report(
      "RPC1107",
      declarationOf(first) ?? name,
      message,
      "Write it first: (context: CallContext, …)",
    );
  }
  const sent = context ? others : signature.parameters;
  return sent.flatMap((symbol, index) => readParam(symbol, name, index, reader));
}

function readAll(signature: ts.Signature, name: ts.Node, reader: Reader): ParamContract[] {
  return signature.parameters.flatMap((symbol, index) => readParam(symbol, name, index, reader));
}

function readParam(symbol: ts.Symbol, name: ts.Node, index: number, reader: Reader): ParamContract[] {
  const { types } = reader;
  const declaration = declarationOf(symbol);
  const at = declaration ?? name;
  const type = types.checker.getTypeOfSymbol(symbol);
  if (declaration?.dotDotDotToken) return readRest(symbol, type, declaration, reader);
  const optional = declaration !== undefined && types.checker.isOptionalParameter(declaration);
  const text = declaration?.initializer?.getText().replaceAll("\r\n", "\n");
  return [
    {
      name: isPlainName(declaration) ? symbol.name : `arg${index + 1}`,
      type: readParamType(type, at, { declaration, optional, reader }),
      ...paramDoc(types.checker, symbol),
      ...((optional || text !== undefined) && { optional: true }),
      ...(text !== undefined && { default: text }),
    },
  ];
}

function readParamType(
  type: ts.Type,
  at: ts.Node,
  { declaration, optional, reader }: ParamReading,
): TypeSchema {
  const { types } = reader;
  const written = declaration?.type;
  const live = reader.inCallback ? undefined : readLive(type, at, { declaration, optional, reader });
  if (live) return live;
  const schema = optional ? readOptional(types, type, at, written) : types.read(type, at, written);
  return declaration ? { ...schema, ...readConstraints(types, schema, declaration) } : schema;
}

interface ParamReading {
  readonly declaration: ts.ParameterDeclaration | undefined;
  readonly optional: boolean;
  readonly reader: Reader;
}

// What is no value but lives on after the call has begun: a stream towards the server, a function it may call.
function readLive(type: ts.Type, at: ts.Node, { declaration, optional, reader }: ParamReading) {
  const written = declaration?.type;
  const parts = type.isUnion() ? type.types : [type];
  const present = parts.filter((part) => !(optional && part.flags & ts.TypeFlags.Undefined));
  if (present.length !== 1) return undefined;
  const item = streamItem(reader.types, present[0]!, written, written ?? at);
  return item
    ? { "x-js": { stream: item } }
    : readCallback(present[0]!, written ?? at, { ...reader, readParams: readAll });
}

// `...args: [symbol: string, size?: number]` is two parameters; `...tags: string[]` is one that takes the rest.
function readRest(
  symbol: ts.Symbol,
  type: ts.Type,
  at: ts.ParameterDeclaration,
  { types }: Reader,
): ParamContract[] {
  const { checker } = types;
  const doc = paramDoc(checker, symbol);
  if (!checker.isTupleType(type)) {
    const item = checker.getIndexInfosOfType(type)[0]?.type ?? type;
    return [{ name: symbol.name, type: types.read(item, at, writtenItem(at.type)), ...doc, rest: true }];
  }
  const { elementFlags, labeledElementDeclarations: labels } = (type as ts.TupleTypeReference).target;
  return checker.getTypeArguments(type as ts.TypeReference).map((element, index) => {
    const label = labels?.[index]?.name;
    const name = label && ts.isIdentifier(label) ? label.text : `${symbol.name}${index + 1}`;
    const flags = elementFlags[index]!;
    const optional = Boolean(flags & ts.ElementFlags.Optional);
    const schema = optional ? readOptional(types, element, at) : types.read(element, at);
    return {
      name,
      type: schema,
      ...(optional && { optional }),
      ...(flags & ts.ElementFlags.Rest ? { rest: true } : {}),
    };
  });
}

function isContext(symbol: ts.Symbol, { types }: Reader): boolean {
  const type = types.checker.getTypeOfSymbol(symbol).symbol as ts.Symbol | undefined;
  return type !== undefined && types.core.nameOfSymbol(type) === "CallContext";
}

function declarationOf(symbol: ts.Symbol | undefined): ts.ParameterDeclaration | undefined {
  const declaration = symbol?.valueDeclaration;
  return declaration && ts.isParameter(declaration) ? declaration : undefined;
}

// `{ price, size }: Order` is a pattern: it names parts, not the parameter.
function isPlainName(declaration: ts.ParameterDeclaration | undefined): boolean {
  return declaration === undefined || ts.isIdentifier(declaration.name);
}

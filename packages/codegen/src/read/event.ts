import type { EventContract } from "@rpc/core/contract";
import { refused } from "../schema/reading.js";
import { writtenArguments } from "../schema/written-type.js";
import ts from "../typescript.cjs";
import { docOf } from "./doc.js";
import { readFormerly } from "./formerly.js";
import type { MarkedMember } from "./members.js";
import type { Reader } from "./reader.js";

const modes = ["signal", "latest", "log", "table"] as const;

/** Reads an event: a field of type `Event<Payload>`. */
export function readEvent(
  property: ts.Symbol,
  { member, mark }: MarkedMember,
  reader: Reader,
): EventContract {
  const { types, problems } = reader;
  const payload = plainPayload(member, reader) ?? payloadOf(property, reader);
  const name = ts.getNameOfDeclaration(member) ?? member;
  if (payload === undefined) {
    const message = `@event on ${property.name}, whose type is ${types.checker.typeToString(types.checker.getTypeOfSymbol(property))}, not Event of @rpc/core`;
    problems.report(
      "RPC1108",
      name,
      message,
      `Write: @event() readonly ${property.name} = new Event<Payload>()`,
    );
  }
  return {
    kind: "event",
    ...docOf(types.checker, property),
    mode: readMode(mark, reader),
    ...readKey(mark),
    ...readFormerly(mark, reader),
    payload: payload ? types.read(payload, name, writtenPayload(member)) : refused,
  };
}

function payloadOf(property: ts.Symbol, { types }: Reader): ts.Type | undefined {
  const type = types.checker.getTypeOfSymbol(property);
  const symbol = type.symbol as ts.Symbol | undefined;
  if (symbol === undefined || types.core.nameOfSymbol(symbol) !== "Event") return undefined;
  return types.checker.getTypeArguments(type as ts.TypeReference)[0];
}

// `= new Event<Renamed>()` in a class that is no generic's: what it is of is written there. To find it out by the type
// of the field, the compiler would look at the constructor and all that it needs.
function plainPayload(member: ts.Node, { types }: Reader): ts.Type | undefined {
  if (!ts.isPropertyDeclaration(member) || member.type !== undefined) return undefined;
  const { initializer, parent } = member;
  if (!ts.isSourceFile(parent.parent) || parent.typeParameters !== undefined) return undefined;
  if (initializer === undefined || !ts.isNewExpression(initializer)) return undefined;
  const [payload] = initializer.typeArguments ?? [];
  if (payload === undefined || types.core.nameOf(initializer.expression) !== "Event") return undefined;
  return types.checker.getTypeFromTypeNode(payload);
}

function readMode(mark: MarkedMember["mark"], { marks, problems }: Reader): EventContract["mode"] {
  const given = mark.options.get("mode");
  const text = marks.text(given);
  const mode = modes.find((known) => known === (text ?? "signal"));
  if (mode !== undefined) return mode;
  problems.report(
    "RPC1105",
    given,
    `expected a delivery mode, got ${text}`,
    `Write one of ${modes.join(", ")}.`,
  );
  return "signal";
}

// A key that is a function is the server's business; one that is a name tells clients what replaces what.
function readKey({ options }: MarkedMember["mark"]): { key?: string } {
  const key = options.get("key");
  return key && ts.isStringLiteralLike(key) ? { key: key.text } : {};
}

// `readonly renamed: Event<Renamed>`, or the same said by `= new Event<Renamed>()`.
function writtenPayload(member: ts.Node): ts.TypeNode | undefined {
  if (!ts.isPropertyDeclaration(member)) return undefined;
  const { type, initializer } = member;
  if (type) return writtenArguments(type)[0];
  return initializer && ts.isNewExpression(initializer) ? initializer.typeArguments?.[0] : undefined;
}

import type { TypeSchema } from "../service/contract.js";
import { isRecord, propertiesOf, requiredOf } from "./schema.js";

/** An object schema as it is compared. */
export interface ObjectParts {
  readonly properties: ReadonlyMap<string, TypeSchema>;
  /** Names of the properties that must be there. */
  readonly always: ReadonlySet<unknown>;
  /** What properties of any other name hold; undefined when there are none. */
  readonly rest: TypeSchema | undefined;
}

/** Reads object schemas, each once: one is compared in both directions, there and back. */
export class ObjectReader {
  readonly #known = new Map<TypeSchema, ObjectParts>();

  read(schema: TypeSchema): ObjectParts {
    const known = this.#known.get(schema);
    if (known !== undefined) return known;
    const rest = schema["additionalProperties"];
    const parts: ObjectParts = {
      properties: new Map(propertiesOf(schema)),
      always: requiredOf(schema),
      rest: isRecord(rest) ? rest : undefined,
    };
    this.#known.set(schema, parts);
    return parts;
  }
}

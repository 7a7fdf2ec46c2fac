import type { TypeSchema } from "../service/contract.js";
import { type Kind, kindOf, resolve, type Types, toSchemas } from "./schema.js";

/** One of the types that a union consists of, references followed. */
export interface Alternative {
  readonly schema: TypeSchema;
  readonly kind: Kind;
  /** Name it was referred to by. */
  readonly name: string | undefined;
}

/** A schema as a flat list: one entry for what is no union. */
export interface Alternatives {
  readonly members: readonly Alternative[];
  /** Property that tells its objects apart. */
  readonly tag: string | undefined;
}

/** Members that a union may have, nested ones counted in. */
const maxMembers = 4096;

/** Flattens unions and follows references. Keeps the unions that it found, for they are met again and again. */
export class AlternativesReader {
  readonly types: Types;
  readonly #known = new Map<TypeSchema, Alternatives>();

  constructor(types: Types) {
    this.types = types;
  }

  read(schema: TypeSchema): Alternatives {
    const { schema: target, name } = resolve(schema, this.types);
    const kind = kindOf(target);
    // Most are no union, and sooner read again than found.
    if (kind !== "union") return { members: [{ schema: target, kind, name }], tag: undefined };
    const known = this.#known.get(target);
    if (known !== undefined) return known;
    const read = this.#flatten(target);
    this.#known.set(target, read);
    return read;
  }

  // Without recursion: a contract off the wire may nest as deep as it likes.
  #flatten(schema: TypeSchema): Alternatives {
    const members: Alternative[] = [];
    const open = [schema];
    const seen = new Set<TypeSchema>();
    let tag: string | undefined;
    while (open.length > 0 && members.length < maxMembers) {
      const next = resolve(open.pop()!, this.types);
      const kind = kindOf(next.schema);
      if (kind !== "union") members.push({ ...next, kind });
      // A union that contains itself adds nothing to itself.
      else if (!seen.has(next.schema)) {
        seen.add(next.schema);
        const given = next.schema["x-tag"];
        if (typeof given === "string") tag ??= given;
        open.push(...toSchemas(next.schema["anyOf"]).toReversed());
      }
    }
    return { members, tag };
  }
}

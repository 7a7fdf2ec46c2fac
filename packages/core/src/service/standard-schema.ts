import { describeValue } from "./names.js";

/**
 * A schema of any library that follows Standard Schema (https://standardschema.dev), such as zod, valibot and arktype.
 */
export interface StandardSchema {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>;
  };
}

/** What a schema makes of a value, or what is wrong with it. */
export type StandardResult =
  | { readonly value: unknown; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One thing that is wrong with a value. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Throws `TypeError` for schemas of a method that are none; `undefined` stands for an argument without one. */
export function checkSchemas(method: string, schemas: unknown): void {
  if (schemas === undefined) return;
  if (!Array.isArray(schemas))
    throw new TypeError(
      `@expose: args of ${method} must be an array of schemas, one for each argument; got ${describeValue(schemas)}`,
    );
  for (const [index, schema] of schemas.entries()) {
    if (schema === undefined || isStandardSchema(schema)) continue;
    throw new TypeError(
      `@expose: args[${index}] of ${method} is no Standard Schema (it has no "~standard"); got ${describeValue(schema)}`,
    );
  }
}

// Those of some libraries are functions.
function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const standard: unknown = Reflect.get(value, "~standard");
  return (
    typeof standard === "object" &&
    standard !== null &&
    Reflect.get(standard, "version") === 1 &&
    typeof Reflect.get(standard, "validate") === "function"
  );
}

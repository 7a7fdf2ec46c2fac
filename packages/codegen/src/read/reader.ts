import type { Problems } from "../diagnostics.js";
import type { Marks } from "../marks.js";
import type { TypeReader } from "../schema/type-reader.js";

/** What reading services needs besides them. */
export interface Reader {
  readonly types: TypeReader;
  readonly marks: Marks;
  readonly problems: Problems;
  /** Reading the parameters of a callback, where streams and callbacks have no place. Default false. */
  readonly inCallback?: boolean;
}

import { expose, service } from "@rpc/core";

/**
 * A service.
 *
 * With two paragraphs.
 */
@service("Docs")
export class Docs {
  /**
   * Does it.
   *
   * @param a The first.
   * @param b - The second.
   * @returns What came of it.
   * @deprecated Use another.
   */
  @expose() does(a: string, b?: number): string { return `${a}${b}`; }
}

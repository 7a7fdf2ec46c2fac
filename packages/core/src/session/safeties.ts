/** What keeps a session from losing, doubling or stalling. Always on, but for a test that shows that it would be missed. */
export type Safety = "duplicate-check" | "acknowledgement" | "gap-check" | "credit" | "drain";

/**
 * Key of the option that takes one safety away. It is in no options that an application can write: only the testing kit
 * knows it.
 */
export const without: unique symbol = Symbol("without");

/** Options of `serve` or `connect` as the testing kit gives them. */
export interface WithoutSafety {
  readonly [without]?: Safety | undefined;
}

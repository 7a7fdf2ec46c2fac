/** Stands for a value that is not plain. */
export const notPlain: unique symbol = Symbol("not plain");

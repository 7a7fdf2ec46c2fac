import "reflect-metadata";

const kinds: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [String, "string"],
  [Number, "number"],
  [Boolean, "boolean"],
  [BigInt, "bigint"],
]);

/**
 * The check that a class itself allows where no contract is loaded: primitives, and no argument too many.
 *
 * It reads what `tsc` leaves with `emitDecoratorMetadata`. That knows nothing of interfaces, literals, null or what may
 * be left out, so null and undefined pass everywhere; most other toolchains leave nothing, and then there is no check.
 *
 * @returns what is wrong with arguments, if anything; undefined where there is nothing to check by.
 */
export function createParamCheck(
  instance: object,
  property: string,
  skip: number,
): ((args: readonly unknown[]) => string | undefined) | undefined {
  const owner = findOwner(instance, property);
  const types: unknown = owner && Reflect.getOwnMetadata("design:paramtypes", owner, property);
  if (!Array.isArray(types)) return undefined;
  const expected = types.slice(skip).map((type) => kinds.get(type));
  // A default or a rest parameter shortens `length`; then there may be arguments without end.
  const { length } = Reflect.get(instance, property) as { length: number };
  const most = length === types.length ? expected.length : Infinity;
  return (args) => {
    if (args.length > most)
      return `expected at most ${most} ${most === 1 ? "argument" : "arguments"}, got ${args.length}`;
    for (let index = 0; index < expected.length && index < args.length; index++) {
      const [kind, value] = [expected[index], args[index]];
      if (kind === undefined || value === undefined || value === null || typeof value === kind) continue;
      return `argument ${index + 1}: expected ${kind}, got ${typeof value}`;
    }
    return undefined;
  };
}

// The class whose method runs: what a base class says of the method it overrides may be narrower.
function findOwner(instance: object, property: string): object | undefined {
  let owner: object | null = instance;
  while (owner !== null && !Object.hasOwn(owner, property)) owner = Object.getPrototypeOf(owner);
  return owner ?? undefined;
}

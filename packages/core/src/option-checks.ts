import { describeValue } from "./service/names.js";

/** Throws `TypeError` unless the option is a function or left out. Null is neither: nothing may be switched off by it. */
export function checkFunction(what: string, name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new TypeError(`${what}: ${name} must be a function, got ${describeValue(value)}`);
}

/** Throws `TypeError` unless the option is an array of functions or left out. */
export function checkFunctions(what: string, name: string, value: unknown): void {
  if (value === undefined) return;
  if (!Array.isArray(value))
    throw new TypeError(`${what}: ${name} must be an array of functions, got ${describeValue(value)}`);
  value.forEach((one: unknown, index) => {
    if (typeof one !== "function")
      throw new TypeError(`${what}: ${name}[${index}] must be a function, got ${describeValue(one)}`);
  });
}

/** Throws `TypeError` unless the transports, where given, are an array of transports. */
export function checkTransports(what: string, value: unknown): void {
  if (value === undefined) return;
  if (!Array.isArray(value))
    throw new TypeError(`${what}: transports must be an array, such as [tcp()]; got ${describeValue(value)}`);
  for (const one of value as unknown[]) {
    if (typeof one === "function")
      throw new TypeError(
        `${what}: transports has ${describeValue(one)} itself; call it: ${one.name || "tcp"}()`,
      );
    if (!Array.isArray((one as { schemes?: unknown } | null | undefined)?.schemes))
      throw new TypeError(
        `${what}: transports must hold transports, such as tcp(); got ${describeValue(one)}`,
      );
  }
}

/** @throws TypeError for validators that `rpc generate` did not write, or such without the contract they are of. */
export function checkValidators(
  what: string,
  { contract, validators }: { readonly contract?: unknown; readonly validators?: unknown },
): void {
  if (validators === undefined) return;
  const written =
    typeof validators === "object" &&
    validators !== null &&
    "types" in validators &&
    "arguments" in validators;
  if (!written)
    throw new TypeError(
      `${what}: validators must be what rpc generate --validators wrote; got ${describeValue(validators)}`,
    );
  if (contract === undefined)
    throw new TypeError(
      `${what}: validators need the contract they were written with: pass { contract, validators }`,
    );
}

/** Throws `TypeError` unless the option is what `rpc generate` writes, or left out. */
export function checkContract(what: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value === "object" && value !== null && "rpcContract" in value && value.rpcContract === 1)
    return;
  throw new TypeError(
    `${what}: contract must be what rpc generate wrote, an object with rpcContract: 1; got ${describeValue(value)}`,
  );
}

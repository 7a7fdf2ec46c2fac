import type { Contract } from "@rpc/core/contract";
import { pascalCase } from "../pascal-case.js";
import { canonicalText } from "../read/canonical.js";
import type { TypeNames } from "./type-names.js";

/** What the parts of a contract are called in a client's file. No name is there twice. */
export interface ClientNames {
  /** Client classes by service. */
  readonly clients: ReadonlyMap<string, string>;
  /** Error classes; one for all services that declare the same error. */
  error(service: string, name: string): string;
  readonly types: TypeNames;
  isTaken(name: string): boolean;
}

// Types that the printed code itself refers to.
const used = [
  ...[
    "Array",
    "AsyncIterable",
    "Date",
    "Map",
    "Promise",
    "ReadonlyArray",
    "ReadonlyMap",
    "ReadonlySet",
    "Set",
    "Symbol",
    "Uint8Array",
  ],
  ...["Int8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"],
  ...["Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"],
];

/** Chooses the names of a client's file: clients first, then errors, then types, which give way with a suffix. */
export function chooseNames(contract: Contract): ClientNames {
  const taken = new Set(used);
  const claim = (wanted: string, suffix: string) => {
    let name = wanted;
    while (taken.has(name)) name += suffix;
    taken.add(name);
    return name;
  };
  const services = Object.keys(contract.services).sort();
  const clients = new Map(services.map((name) => [name, claim(`${pascalCase(name)}Client`, "Class")]));
  const errors = nameErrors(contract, claim);
  const types = new Map(
    Object.keys(contract.types)
      .sort()
      .map((name) => [name, claim(name, "Type")]),
  );
  const error = (service: string, name: string) => errors.get(`${service} ${name}`)!;
  return { clients, error, types, isTaken: (name) => taken.has(name) };
}

/** Whether a name can stand in source as it is. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name);
}

/** A property's name as source. */
export function propertyName(name: string): string {
  return isIdentifier(name) ? name : JSON.stringify(name);
}

// Services that declare the same error share its class; where they differ, each has its own, named after the service.
function nameErrors(
  contract: Contract,
  claim: (wanted: string, suffix: string) => string,
): Map<string, string> {
  const all = Object.entries(contract.services).flatMap(([service, { errors = {} }]) =>
    Object.entries(errors).map(([name, schema]) => ({ service, name, text: canonicalText(schema) })),
  );
  const known = new Map(all.map(({ name, text }) => [name, text]));
  const differing = new Set(all.filter(({ name, text }) => known.get(name) !== text).map(({ name }) => name));
  const classes = new Map<string, string>();
  const names = new Map<string, string>();
  for (const { service, name } of all) {
    const differs = differing.has(name);
    const key = `${differs ? service : ""} ${name}`;
    if (!classes.has(key)) classes.set(key, claim(pascalCase(`${differs ? service : ""}-${name}`), "Error"));
    names.set(`${service} ${name}`, classes.get(key)!);
  }
  return names;
}

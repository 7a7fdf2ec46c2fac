import type { Contract } from "@rpc/core/contract";
import { contractTexts } from "../read/service-text.js";
import { printErrors } from "./errors.js";
import { printHead } from "./head.js";
import { Imports } from "./imports.js";
import { printNamedType } from "./named-type.js";
import { chooseNames } from "./names.js";
import { byName, type Page } from "./page.js";
import { printService } from "./service.js";
import { Writer } from "./writer.js";

/**
 * Prints the clients of all services of a contract as one file, which imports from `@rpc/core/generated` only.
 *
 * `texts` are what the hashes of the services were made of, for who has them already.
 */
export function printClient(
  contract: Contract,
  texts: ReadonlyMap<string, string> = contractTexts(contract).whole,
): string {
  const names = chooseNames(contract);
  const imports = new Imports("@rpc/core/generated", names.isTaken);
  const page: Page = { out: new Writer(), names, imports, texts };
  printTypes(page, contract);
  for (const [name, service] of Object.entries(contract.services).sort(byName))
    printService(page, name, service);
  const head = printHead({ ...contract, of: `the services of ${contract.name}` }, [imports]);
  return `${head}\n${page.out}`;
}

/** Prints the named types and the errors of a contract. */
export function printTypes(page: Page, contract: Contract): void {
  for (const [name, schema] of Object.entries(contract.types).sort(byName))
    printNamedType(page, name, schema);
  printErrors(page, contract);
}

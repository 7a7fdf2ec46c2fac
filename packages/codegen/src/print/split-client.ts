import type { Contract } from "@rpc/core/contract";
import { contractTexts } from "../read/service-text.js";
import { printTypes } from "./client.js";
import { printHead } from "./head.js";
import { Imports } from "./imports.js";
import { type ClientNames, chooseNames } from "./names.js";
import { byName, type Page } from "./page.js";
import { printService } from "./service.js";
import { Writer } from "./writer.js";

const runtime = "@rpc/core/generated";
const typesFile = "types";

/**
 * Prints the clients of a contract as one file for each service, by file name, and `types.ts` for what they share.
 *
 * The file of a service changes with that service only. `texts` are as for one file.
 */
export function printSplitClient(
  contract: Contract,
  texts: ReadonlyMap<string, string> = contractTexts(contract).whole,
): Map<string, string> {
  const names = chooseNames(contract);
  const files = new Map([[`${typesFile}.ts`, printShared(contract, names)]]);
  for (const [name, service] of Object.entries(contract.services).sort(byName)) {
    const shared = new Imports(`./${typesFile}.js`, () => false);
    const imports = new Imports(runtime, names.isTaken);
    const page: Page = { out: new Writer(), names: importing(names, shared), imports, texts };
    printService(page, name, service);
    const head = printHead({ of: `the service ${name} of ${contract.name}`, hash: service.hash }, [
      imports,
      shared,
    ]);
    files.set(fileName(name, files), `${head}\n${page.out}`);
  }
  return files;
}

function printShared(contract: Contract, names: ClientNames): string {
  const imports = new Imports(runtime, names.isTaken);
  const page: Page = { out: new Writer(), names, imports, texts: new Map() };
  printTypes(page, contract);
  const head = printHead({ ...contract, of: `the services of ${contract.name}` }, [imports]);
  return `${head}\n${page.out}`.replace(/\n+$/, "\n");
}

// Whoever asks for a name is about to print it, so it is imported.
function importing(names: ClientNames, shared: Imports): ClientNames {
  return {
    ...names,
    error: (service, name) => shared.value(names.error(service, name)),
    types: {
      get(name) {
        const local = names.types.get(name);
        return local && shared.type(local);
      },
    },
  };
}

// Some file systems do not tell capitals, so neither do these names.
function fileName(service: string, taken: ReadonlyMap<string, string>): string {
  const base = service
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .toLowerCase();
  for (let number = 1; ; number++) {
    const name = `${base}${number === 1 ? "" : `-${number}`}.ts`;
    if (!taken.has(name)) return name;
  }
}

import { createHash } from "node:crypto";
import type { Contract, TypeSchema } from "@rpc/core/contract";
import type { PrintedParts } from "../print/contract.js";
import type { ServiceDraft } from "./service.js";
import { contractTexts, objectText } from "./service-text.js";
import type { Settled } from "./settle.js";

/** A contract without its hashes. */
export interface ContractDraft {
  readonly name: string;
  readonly services: Readonly<Record<string, ServiceDraft>>;
  readonly types: Readonly<Record<string, TypeSchema>>;
}

/** A contract, and the text that the hash of each service was made of. */
export interface HashedContract {
  readonly contract: Contract;
  readonly texts: ReadonlyMap<string, string>;
  /** JSON of its parts, as far as earlier runs printed them. */
  readonly printed?: PrintedParts | undefined;
}

/** Completes a contract with its hashes: of each service with the types it reaches, and of the whole. Docs do not count. */
export function hashContract(draft: ContractDraft, settled?: Settled): HashedContract {
  const { services, types, whole } = contractTexts(draft, settled?.words);
  const hashed = Object.entries(draft.services).map(([name, service]) => {
    const hash = hashOf(whole.get(name)!);
    const known = settled?.services.get(service);
    const made = known?.hash === hash ? known : { ...service, hash };
    settled?.services.set(service, made);
    return [name, made] as const;
  });
  const name = JSON.stringify(draft.name);
  const text = `{"name":${name},"rpcContract":1,"services":${objectText(services)},"types":${objectText(types)}}`;
  const contract: Contract = {
    rpcContract: 1,
    name: draft.name,
    hash: hashOf(text),
    services: Object.fromEntries(hashed),
    types: draft.types,
  };
  return { contract, texts: whole, printed: settled?.printed };
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64url")}`;
}

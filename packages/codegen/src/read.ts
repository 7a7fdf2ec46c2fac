import { compare } from "./compare.js";
import type { ServiceClass } from "./find.js";
import type { Project } from "./load.js";
import { type HashedContract, hashContract } from "./read/hash.js";
import type { KeptReading } from "./read/kept-reading.js";
import type { Reader } from "./read/reader.js";
import { readService, type ServiceDraft } from "./read/service.js";
import { settleUnions } from "./read/unions.js";

/**
 * Reads services into a contract. Members and properties keep the order of the source; printing the contract sorts them.
 *
 * A service that `kept` still knows is not read again.
 */
export function read(
  project: Project,
  services: readonly ServiceClass[],
  reader: Reader,
  kept?: KeptReading,
): HashedContract {
  const drafts = services.map((service) => {
    const draft = kept ? kept.read(service, reader) : readService(service, reader);
    return [service.name, draft] as const;
  });
  const types = reader.types.types.settle(project.root, drafts);
  const settled = Object.entries(types).map(([name, schema]) => [name, settleUnions(schema, types)] as const);
  const sorted = drafts.sort(([a], [b]) => compare(a, b));
  return hashContract({
    name: project.name,
    services: Object.fromEntries(
      sorted.map(([name, draft]) => [name, settleUnions<ServiceDraft>(draft, types)]),
    ),
    types: Object.fromEntries(settled),
  });
}

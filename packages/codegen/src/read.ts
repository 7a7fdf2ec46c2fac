import type { ServiceClass } from "./find.js";
import type { Project } from "./load.js";
import { type HashedContract, hashContract } from "./read/hash.js";
import type { KeptReading } from "./read/kept-reading.js";
import type { Reader } from "./read/reader.js";
import { readService } from "./read/service.js";
import { settle } from "./read/settle.js";

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
  const { types } = reader.types;
  const names = types.names(project.root);
  const past = kept?.settled(names);
  const settled = settle({ services: drafts, types: types.all, names }, past);
  return hashContract({ name: project.name, ...settled }, past);
}

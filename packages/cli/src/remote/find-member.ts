import type { Contract, MemberContract } from "@rpc/core/contract";
import { UsageError } from "../exit-codes.js";
import { didYouMean } from "./suggest.js";

/** A member of a service, and what the contract says of it; undefined where the server tells none. */
export interface Found<Member extends MemberContract = MemberContract> {
  readonly service: string;
  readonly member: string;
  readonly described: Member | undefined;
}

/** Finds `Service.member`. Throws `UsageError` for a name that does not exist, with the nearest that does. */
export function findMember(name: string, contract: Contract | undefined): Found {
  const places = dots(name);
  if (places.length === 0)
    throw new UsageError(`expected Service.member, such as Person.getName; got ${name}`);
  // Names may have dots themselves. Without a contract the last one counts.
  const splits = places.map((dot) => [name.slice(0, dot), name.slice(dot + 1)] as const).reverse();
  if (contract === undefined) {
    const [service, member] = splits[0]!;
    return { service, member, described: undefined };
  }
  const services = new Map(Object.entries(contract.services));
  for (const [service, member] of splits) {
    const members = new Map(Object.entries(services.get(service)?.members ?? {}));
    const described = members.get(member);
    if (described !== undefined) return { service, member, described };
    if (services.has(service))
      throw new UsageError(`${service} has no member ${member}${orList(member, members.keys())}`);
  }
  throw new UsageError(`there is no service ${splits[0]![0]}${orList(splits[0]![0], services.keys())}`);
}

/** `; did you mean …?`, or all there are when none is near. */
export function orList(given: string, known: Iterable<string>): string {
  const names = [...known];
  const meant = didYouMean(given, names);
  if (meant !== "") return meant;
  const shown = names.slice(0, 20).join(", ");
  return names.length === 0
    ? ""
    : `; there ${names.length === 1 ? "is" : "are"} ${shown}${names.length > 20 ? ", …" : ""}`;
}

function dots(name: string): number[] {
  return [...name.matchAll(/\./g)]
    .map(({ index }) => index)
    .filter((index) => index > 0 && index < name.length - 1);
}

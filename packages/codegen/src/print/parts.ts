import type { MemberContract, ParamContract, ServiceContract } from "@rpc/core/contract";

/**
 * What a client of the service does besides calling, by the names that `@rpc/core/generated` exports: a page loads no more
 * than that.
 */
export function partsOf(service: ServiceContract): string[] {
  const members = Object.values(service.members);
  const has = (is: (member: MemberContract) => boolean) => members.some(is);
  return [
    ...(has(({ kind }) => kind === "event") ? ["events"] : []),
    ...(has(isOneway) ? ["oneway"] : []),
    ...(has((member) => "once" in member) ? ["outcomes"] : []),
    ...(has(passesOrStreams) ? ["streams"] : []),
  ];
}

function isOneway(member: MemberContract): boolean {
  return member.kind === "call" && member.oneway === true;
}

function passesOrStreams(member: MemberContract): boolean {
  if (member.kind === "event") return false;
  return member.kind === "stream" || member.params.some(isPassed);
}

// A stream or a callback: only parameters themselves can be one.
function isPassed({ type }: ParamContract): boolean {
  const js = type["x-js"];
  return typeof js === "object" && ("stream" in js || "callback" in js);
}

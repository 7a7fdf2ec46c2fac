import type { RegisteredMethod, Registry } from "../service/registry.js";
import type { NamedTarget } from "../wire/call-frames.js";

/** A method by its names, with itself: a call that names it need not look for it. */
export class ServedTarget implements NamedTarget {
  readonly service: string;
  readonly method: string;
  readonly registered: RegisteredMethod;

  constructor(service: string, method: string, registered: RegisteredMethod) {
    this.service = service;
    this.method = method;
    this.registered = registered;
  }
}

/** Every method that can be called, under each of its names. */
export function* targetsOf(registry: Registry): Iterable<ServedTarget> {
  for (const [service, { members }] of registry)
    for (const [method, member] of members)
      if (member.kind === "method") yield new ServedTarget(service, method, member);
}

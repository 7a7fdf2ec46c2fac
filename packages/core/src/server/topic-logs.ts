import { formerNames } from "../service/formerly.js";
import type { RegisteredEvent, Registry } from "../service/registry.js";
import { HistoryBudget } from "./delivery/history-budget.js";
import { TopicLog, type TopicLogOptions } from "./topic-log.js";

/** Event logs of a server by service, then by event. */
export type TopicLogs = ReadonlyMap<string, ReadonlyMap<string, TopicLog>>;

/** Makes a log for every event of a registry; they share the bytes that they may keep. */
export function createLogs(registry: Registry, options: Omit<TopicLogOptions, "budget">): TopicLogs {
  const logs = new Map<string, Map<string, TopicLog>>();
  const budget = new HistoryBudget(options.limits.historyBytes);
  for (const member of eventsOf(registry)) {
    const ofService = logs.get(member.service) ?? new Map<string, TopicLog>();
    const log = new TopicLog(member, { ...options, budget });
    for (const name of [member.name, ...formerNames(member.options.formerly)]) ofService.set(name, log);
    logs.set(member.service, ofService);
  }
  return logs;
}

/** Every event of a registry, once. */
export function eventsOf(registry: Registry): RegisteredEvent[] {
  return [...registry.values()].flatMap(({ members }) =>
    [...new Set(members.values())].filter((member) => member.kind === "event"),
  );
}

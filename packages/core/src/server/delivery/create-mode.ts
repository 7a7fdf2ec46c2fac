import type { Clock } from "../../clock.js";
import type { Limits } from "../../limits.js";
import type { RegisteredEvent } from "../../service/registry.js";
import type { DeliveryMode } from "./delivery.js";
import { History } from "./history.js";
import type { HistoryBudget } from "./history-budget.js";
import { KeyedValues } from "./keyed-values.js";
import { LatestMode } from "./latest.js";
import { LogMode } from "./log.js";
import { SignalMode } from "./signal.js";
import { TableMode } from "./table.js";

/** What modes of one server share. */
export interface ModeOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly budget: HistoryBudget;
}

/** The delivery mode that an event declares: the one place that knows them all. */
export function createMode(
  { service, name, options }: RegisteredEvent,
  { clock, limits, budget }: ModeOptions,
): DeliveryMode {
  const { mode = "signal", key, maxKeys = limits.maxKeys } = options;
  const keyed = () => new KeyedValues({ name: `${service}.${name}`, key, maxKeys, budget });
  switch (mode) {
    case "signal":
      return new SignalMode();
    case "latest":
      return new LatestMode(keyed());
    case "table":
      return new TableMode(keyed());
    case "log": {
      const {
        count = limits.historyItems,
        bytes = limits.historyBytes,
        maxAgeMs = Infinity,
      } = options.history ?? {};
      return new LogMode(new History({ count, bytes, maxAgeMs }, budget, clock));
    }
  }
}

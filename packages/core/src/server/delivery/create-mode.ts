import type { Clock } from "../../clock.js";
import type { Limits } from "../../limits.js";
import type { RegisteredEvent } from "../../service/registry.js";
import type { DeliveryMode } from "./delivery.js";
import { History } from "./history.js";
import type { HistoryBudget } from "./history-budget.js";
import { KeyedMode } from "./keyed-mode.js";
import { KeyedValues } from "./keyed-values.js";
import { LogMode } from "./log.js";
import { SignalMode } from "./signal.js";

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
  switch (mode) {
    case "signal":
      return new SignalMode();
    case "latest":
    case "table":
      return new KeyedMode(mode, new KeyedValues({ name: `${service}.${name}`, key, maxKeys, budget }));
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

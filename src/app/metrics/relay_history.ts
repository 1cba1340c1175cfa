/** What is sampled of the relay, as the configuration says. @module */
import type { Clock, Timers } from "../../base/clock.ts";
import type { Config } from "../../config/schema.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";
import { MetricHistory } from "../../ops/history/metric_history.ts";
import type { Store } from "../../store/store.ts";

export interface HistorySource {
  readonly store: Pick<Store, "samples">;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly timers: Timers;
  config(): Config;
  reportBug(error: unknown): void;
}

export function buildHistory(source: HistorySource): Promise<MetricHistory> {
  return MetricHistory.open({
    ...source,
    options() {
      const { metrics } = source.config();
      return {
        isOn: metrics.historyEnabled,
        kept: {
          60: metrics.historyMinutesKeep,
          900: metrics.historyQuartersKeep,
          3600: metrics.historyHoursKeep,
        },
      };
    },
  });
}

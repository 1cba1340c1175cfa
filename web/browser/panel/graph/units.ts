/** Values of graphs as people read them. @module */
import {
  formatBytes,
  formatNumber,
  formatPercent,
  formatSpan,
  t,
} from "../i18n/translate.ts";

export type Unit =
  | "count"
  | "bytes"
  | "seconds"
  | "per_minute"
  | "bytes_per_second"
  | "percent";

export function formatValue(value: number | null, unit: Unit): string {
  if (value === null) return "–";
  switch (unit) {
    case "bytes":
      return formatBytes(value);
    case "bytes_per_second":
      return t("unit.per_second", { value: formatBytes(value) });
    case "per_minute":
      return t("unit.per_minute", { value: formatNumber(value) });
    case "percent":
      return formatPercent(value / 100);
    case "seconds":
      return value < 1
        ? `${formatNumber(value * 1000)}\u00a0ms`
        : formatSpan(value);
    case "count":
      return formatNumber(value);
  }
}

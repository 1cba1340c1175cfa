/** Values of graphs as people read them. @module */
import { formatBytes, formatNumber, formatSpan, t } from "../i18n/translate.ts";

export type Unit =
  | "count"
  | "bytes"
  | "seconds"
  | "per_minute"
  | "bytes_per_second"
  | "percent";

export function formatValue(
  value: number | null,
  unit: Unit,
  maximumFractionDigits = 1,
): string {
  if (value === null) return "–";
  switch (unit) {
    case "bytes":
      return formatBytes(value);
    case "bytes_per_second":
      return t("unit.per_second", { value: formatBytes(value) });
    case "per_minute":
      return t("unit.per_minute", {
        value: formatNumber(value, { maximumFractionDigits }),
      });
    case "percent":
      return formatNumber(value / 100, {
        style: "percent",
        maximumFractionDigits,
      });
    case "seconds":
      return value < 1
        ? `${formatNumber(value * 1000)}\u00a0ms`
        : formatSpan(value);
    case "count":
      return formatNumber(value, { maximumFractionDigits });
  }
}

const MOST_DIGITS = 4;

/** Along an axis: with as many digits as tell its values apart. */
export function formatAxis(values: readonly number[], unit: Unit): string[] {
  for (let digits = 1;; digits++) {
    const texts = values.map((value) => formatValue(value, unit, digits));
    if (digits === MOST_DIGITS || new Set(texts).size === texts.length) {
      return texts;
    }
  }
}

/**
 * Words, numbers and times as the reader has them. The catalogue of one
 * language is loaded before anything is shown.
 *
 * @module
 */

export const LANGUAGES = {
  en: "English",
  fa: "فارسی",
  ru: "Русский",
  es: "Español",
} as const;
export type Language = keyof typeof LANGUAGES;

type Catalogue = Readonly<Record<string, string>>;

let catalogue: Catalogue = {};
let language: Language = "en";

export function useCatalogue(name: Language, words: Catalogue): void {
  language = name;
  catalogue = words;
}

export function currentLanguage(): Language {
  return language;
}

export function has(key: string): boolean {
  return Object.hasOwn(catalogue, key);
}

/** The text of a key, with `{name}` replaced; the key itself where there is none. */
export function t(
  key: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const text = has(key) ? catalogue[key]! : key;
  return text.replace(/\{(\w+)\}/g, (all, name: string) => {
    const value = values[name];
    if (value === undefined) return all;
    return typeof value === "number" ? formatNumber(value) : value;
  });
}

/** Of this key where there is one, else what the server said. */
export function tOr(key: string, otherwise: string): string {
  return has(key) ? t(key) : otherwise;
}

export function formatNumber(
  value: number,
  options: Intl.NumberFormatOptions = { maximumFractionDigits: 1 },
): string {
  return new Intl.NumberFormat(language, options).format(value);
}

export function formatPercent(share: number): string {
  return formatNumber(share, { style: "percent", maximumFractionDigits: 1 });
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

export function formatBytes(octets: number): string {
  let value = octets;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : 1;
  const text = formatNumber(value, { maximumFractionDigits: digits });
  const written = `${text}\u00a0${UNITS[unit]}`;
  // number and unit stay in this order among words from right to left
  return language === "fa" ? `\u2066${written}\u2069` : written;
}

/** @param seconds since 1970 UTC; nothing else is a time */
export function formatTime(seconds: number | null | undefined): string {
  if (!seconds) return "–";
  return new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "short",
  }).format(seconds * 1000);
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** As "3 hours ago" or "in 2 days". */
export function formatAgo(
  seconds: number | null | undefined,
  nowSeconds: number = Date.now() / 1000,
): string {
  if (!seconds) return "–";
  const difference = seconds - nowSeconds;
  const [unit, size] = STEPS.find(([, size]) => Math.abs(difference) >= size) ??
    ["second", 1];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" })
    .format(Math.trunc(difference / size), unit);
}

const SECONDS_PER_DAY = 86_400;

/** Of a day in UTC, as "yesterday" or "3 days ago". */
export function formatDay(
  seconds: number,
  nowSeconds: number = Date.now() / 1000,
): string {
  const days = Math.floor(seconds / SECONDS_PER_DAY) -
    Math.floor(nowSeconds / SECONDS_PER_DAY);
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" })
    .format(days, "day");
}

/** As "3 days, 4 hours": the two largest parts. */
export function formatSpan(seconds: number): string {
  const parts: string[] = [];
  let left = Math.max(0, Math.round(seconds));
  for (const [unit, size] of STEPS) {
    if (unit === "year" || unit === "month" || parts.length === 2) continue;
    const count = Math.floor(left / size);
    if (count === 0 && !(unit === "second" && parts.length === 0)) continue;
    left -= count * size;
    parts.push(
      new Intl.NumberFormat(language, {
        style: "unit",
        unit,
        unitDisplay: "long",
      }).format(count),
    );
  }
  return parts.join(" ");
}

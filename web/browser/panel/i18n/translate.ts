/**
 * Words, numbers and times as the reader has them. The catalogue of one
 * language is loaded before anything is shown.
 *
 * @module
 */
import { directionOf } from "../../../i18n/languages.ts";
import { scaled } from "../../../i18n/units.ts";
import { pluralForm } from "./plural.ts";

export const LANGUAGES = {
  en: "English",
  fa: "فارسی",
  ru: "Русский",
  es: "Español",
} as const;
export type Language = keyof typeof LANGUAGES;

type Catalogue = Readonly<Record<string, string>>;

const PLACEHOLDER = /\{(\w+)(?:\|([^{}]*))?\}/g;

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

/**
 * The text of a key, the key itself where there is none. `{name}` becomes its
 * value, `{name|day|days}` the word that its number needs.
 */
export function t(
  key: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const text = has(key) ? catalogue[key]! : key;
  return text.replace(PLACEHOLDER, (all, name: string, forms?: string) => {
    const value = values[name];
    if (value === undefined) return all;
    if (forms !== undefined) return pluralForm(language, forms, Number(value));
    return typeof value === "number" ? formatNumber(value) : isolated(value);
  });
}

/** So that a Latin name does not turn the Persian words around it. */
function isolated(value: string): string {
  return directionOf(language) === "rtl" ? `\u2068${value}\u2069` : value;
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

export function formatBytes(octets: number): string {
  const { value, unit } = scaled(octets, language);
  const isWhole = Math.abs(octets) < 1024 || Math.abs(value) >= 100;
  const text = formatNumber(value, { maximumFractionDigits: isWhole ? 0 : 1 });
  return `${text}\u00a0${unit}`;
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

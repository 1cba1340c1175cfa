/**
 * Texts, numbers and units in the language of a visitor. The catalogues are
 * data, `web/locales/<language>/site.json`; that all have the same keys and
 * placeholders is checked by `scripts/check_catalogues.ts`.
 *
 * @module
 */
import en from "../locales/en/site.json" with { type: "json" };
import es from "../locales/es/site.json" with { type: "json" };
import fa from "../locales/fa/site.json" with { type: "json" };
import ru from "../locales/ru/site.json" with { type: "json" };
import { directionOf, type Language } from "./languages.ts";
import { scaled } from "./units.ts";

export type TextKey = keyof typeof en;

const CATALOGUES: Readonly<
  Record<Language, Readonly<Record<TextKey, string>>>
> = { en, fa, ru, es };

const PLACEHOLDER = /\{(\w+)\}/g;
const DURATION_UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

const FORMATS = new Map<string, Intl.NumberFormat>();

export class Words {
  readonly language: Language;

  constructor(language: Language) {
    this.language = language;
  }

  /** @param values for the placeholders of the text; one that is not given stays as it is written */
  t(key: TextKey, values: Readonly<Record<string, string>> = {}): string {
    return CATALOGUES[this.language][key].replace(
      PLACEHOLDER,
      (whole, name) =>
        Object.hasOwn(values, name) ? this.#isolated(values[name]!) : whole,
    );
  }

  /** Texts that need no values, by their keys. */
  get plain(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      Object.entries(CATALOGUES[this.language])
        .filter(([, text]) => text.search(PLACEHOLDER) < 0),
    );
  }

  number(value: number): string {
    return this.#format("number", {}).format(value);
  }

  /** `20 days`, `1 day 12 hours`, `30 seconds`. */
  duration(seconds: number): string {
    const words: string[] = [];
    let left = Math.max(0, Math.ceil(seconds));
    for (const [unit, size] of DURATION_UNITS) {
      const count = Math.floor(left / size);
      if (count > 0) words.push(this.#counted(count, unit));
      left -= count * size;
    }
    if (left > 0 || words.length === 0) {
      words.push(this.#counted(left, "second"));
    }
    return words.join(" ");
  }

  /** Powers of 1024, with a fraction only where it is small: `1.5 GiB`, `100 MiB`. */
  size(octets: number): string {
    const { value, unit } = scaled(octets, this.language);
    const digits = value < 10 ? 1 : 0;
    const format = this.#format(`size ${digits}`, {
      maximumFractionDigits: digits,
    });
    return `${format.format(value)} ${unit}`;
  }

  /** A day of the calendar, in UTC. */
  date(seconds: number): string {
    return new Intl.DateTimeFormat(this.language, {
      dateStyle: "long",
      timeZone: "UTC",
    }).format(seconds * 1000);
  }

  /** Making one takes longer than all else on a page. */
  #format(
    name: string,
    options: Intl.NumberFormatOptions,
  ): Intl.NumberFormat {
    const key = `${this.language} ${name}`;
    const known = FORMATS.get(key);
    if (known) return known;
    const made = new Intl.NumberFormat(this.language, options);
    FORMATS.set(key, made);
    return made;
  }

  /** So that a Latin name does not turn the words around it. */
  #isolated(value: string): string {
    return directionOf(this.language) === "rtl"
      ? `\u2068${value}\u2069`
      : value;
  }

  #counted(count: number, unit: "day" | "hour" | "minute" | "second"): string {
    return this.#format(unit, { style: "unit", unit, unitDisplay: "long" })
      .format(count);
  }
}

export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}

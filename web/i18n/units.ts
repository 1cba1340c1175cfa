/** Powers of 1024 octets, as each language writes them. @module */
import type { Language } from "./languages.ts";

const STANDARD = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

const SIZE_UNITS: Readonly<Record<Language, readonly string[]>> = {
  en: STANDARD,
  fa: [
    "بایت",
    "کیبی‌بایت",
    "مبی‌بایت",
    "گیبی‌بایت",
    "تبی‌بایت",
    "پبی‌بایت",
  ],
  ru: ["Б", "КиБ", "МиБ", "ГиБ", "ТиБ", "ПиБ"],
  es: STANDARD,
};

/** A size in the largest unit of which there is one. */
export function scaled(
  octets: number,
  language: Language,
): { readonly value: number; readonly unit: string } {
  const units = SIZE_UNITS[language];
  let value = octets;
  let power = 0;
  while (Math.abs(value) >= 1024 && power < units.length - 1) {
    value /= 1024;
    power++;
  }
  return { value, unit: units[power] ?? "" };
}

/** Languages that pages are in, each named as its readers name it. @module */

export const LANGUAGES = ["en", "fa", "ru", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

export const DEFAULT_LANGUAGE: Language = "en";

export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: "English",
  fa: "فارسی",
  ru: "Русский",
  es: "Español",
};

const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(["fa", "ar", "he", "ur"]);

/** Which way a language is written, as the attribute `dir` has it. */
export function directionOf(language: string): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

export function isLanguage(text: string | undefined): text is Language {
  return LANGUAGES.some((one) => one === text);
}

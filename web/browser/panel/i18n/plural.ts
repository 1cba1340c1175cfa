/**
 * Words that follow a number, as each language counts. A text has all of them
 * behind the number that they depend on, `{count|раз|раза|раз}`, in the order
 * that `FORMS` says; `scripts/check_catalogues.ts` counts them.
 *
 * @module
 */
import type { Language } from "../../../i18n/languages.ts";

/** What Intl calls a number, for each form of a language; all else is the last. */
export const FORMS: Readonly<
  Record<Language, readonly Intl.LDMLPluralRule[]>
> = {
  en: ["one", "other"],
  fa: ["one", "other"],
  ru: ["one", "few", "many"],
  es: ["one", "other"],
};

/** @param forms with `|` between them */
export function pluralForm(
  language: Language,
  forms: string,
  count: number,
): string {
  const words = forms.split("|");
  const rule = new Intl.PluralRules(language).select(count);
  // "1,5 раза": where fractions have no form of their own, few are meant
  const named = language === "ru" && rule === "other" ? "few" : rule;
  const at = FORMS[language].indexOf(named);
  return words[at < 0 ? words.length - 1 : at] ?? words.at(-1) ?? "";
}

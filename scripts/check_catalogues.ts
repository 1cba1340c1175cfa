/**
 * Fails when the catalogues of an area (`web/locales/<language>/<area>.json`)
 * do not say the same in every language: another key, another placeholder, an
 * empty text, or one that was left in English; and on texts that are not written
 * as their language is here.
 *
 * @module
 */
import { type Language, LANGUAGES } from "../web/i18n/languages.ts";
import { FORMS } from "../web/browser/panel/i18n/plural.ts";
import { faultsOf } from "./languages/rules.ts";
import { fail, print, REPOSITORY } from "./repository.ts";

const FOLDER = `${REPOSITORY}/web/locales`;
/** Texts of so many letters that are the same in two languages were not translated. */
const SAME_LETTERS = 25;

type Catalogue = Readonly<Record<string, unknown>>;

/** What is wrong with a catalogue beside the English one, a line each. */
export function complaintsAbout(
  english: Catalogue,
  other: Catalogue,
): readonly string[] {
  const complaints: string[] = [];
  for (const key of new Set([...Object.keys(english), ...Object.keys(other)])) {
    const from = english[key];
    const to = other[key];
    if (typeof from !== "string") {
      complaints.push(`${key}: English has no such text`);
    } else if (typeof to !== "string" || to.trim() === "") {
      complaints.push(`${key}: is missing`);
    } else if (placeholders(from) !== placeholders(to)) {
      complaints.push(`${key}: has other placeholders than in English`);
    } else if (from === to && letters(from) >= SAME_LETTERS) {
      complaints.push(`${key}: is still in English`);
    }
  }
  return complaints;
}

/** What is wrong with the texts of one language by themselves. */
function faultsOfTexts(
  language: Language,
  texts: Catalogue,
): readonly string[] {
  const wanted = FORMS[language].length;
  return Object.entries(texts).flatMap(([key, text]) => {
    const faults: string[] = [...faultsOf(language, String(text))];
    for (const [, forms = ""] of String(text).matchAll(/\{\w+\|([^{}]*)\}/g)) {
      const count = forms.split("|").length;
      if (count !== wanted) faults.push(`${count} forms, not ${wanted}`);
    }
    // words by which screens are found, other ones too
    return key.endsWith(".words")
      ? []
      : faults.map((fault) => `${key}: ${fault}`);
  });
}

function placeholders(text: string): string {
  const names = text.match(/\{\w+(?=[|}])/g) ?? [];
  return [...new Set(names)].sort().join(" ");
}

function letters(text: string): number {
  return text.replace(/\{[^{}]*\}/g, "").match(/[a-z]/gi)?.length ?? 0;
}

async function areas(): Promise<string[]> {
  const found = new Set<string>();
  for (const language of LANGUAGES) {
    for await (const { name } of Deno.readDir(`${FOLDER}/${language}`)) {
      found.add(name);
    }
  }
  return [...found].sort();
}

async function read(language: string, area: string): Promise<Catalogue> {
  const file = `${FOLDER}/${language}/${area}`;
  const text = await Deno.readTextFile(file).catch(() => "{}");
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${file} is not a catalogue`);
  }
  return value as Catalogue;
}

if (import.meta.main) {
  let texts = 0;
  for (const area of await areas()) {
    const english = await read("en", area);
    texts += Object.keys(english).length;
    for (const language of LANGUAGES) {
      const catalogue = await read(language, area);
      for (const fault of faultsOfTexts(language, catalogue)) {
        fail(`web/locales/${language}/${area}: ${fault}`);
      }
      for (const complaint of complaintsAbout(english, catalogue)) {
        // English is not compared with itself as a translation
        if (language === "en" && complaint.endsWith("in English")) continue;
        fail(`web/locales/${language}/${area}: ${complaint}`);
      }
    }
  }
  print(`${texts} texts in ${LANGUAGES.length} languages`);
}

/** The language of the page, with its words. @module */
import { createStore } from "../client/store.ts";
import { KEPT, wordsUrl } from "./preferred.ts";
import { type Language, useCatalogue } from "./translate.ts";

const RTL: readonly Language[] = ["fa"];

export const language = createStore<Language>("en");

let lastAsked = 0;

/** Gives whether it is shown: another one may have been chosen meanwhile. */
export async function loadLanguage(name: Language): Promise<boolean> {
  const asked = ++lastAsked;
  const early = globalThis.panelEarly;
  const url = wordsUrl(name);
  if (url === undefined) throw new Error(`No words are there for ${name}`);
  const response = early?.language === name
    ? (await early.words).clone()
    : await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`Words: ${response.status}`);
  const words = await response.json();
  if (asked !== lastAsked) return false;
  useCatalogue(name, words);
  document.documentElement.lang = name;
  document.documentElement.dir = RTL.includes(name) ? "rtl" : "ltr";
  language.set(name);
  return true;
}

export async function chooseLanguage(name: Language): Promise<void> {
  if (!await loadLanguage(name)) return;
  try {
    localStorage.setItem(KEPT, name);
  } catch {
    // nothing may be kept here: it holds for this page
  }
}

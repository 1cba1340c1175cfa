/** The language of the page, with its words. @module */
import { createStore } from "../client/store.ts";
import { KEPT, wordsUrl } from "./preferred.ts";
import { type Language, useCatalogue } from "./translate.ts";

const RTL: readonly Language[] = ["fa"];

export const language = createStore<Language>("en");

export async function loadLanguage(name: Language): Promise<void> {
  const early = globalThis.panelEarly;
  const url = wordsUrl(name);
  if (url === undefined) throw new Error(`No words are there for ${name}`);
  const response = early?.language === name
    ? (await early.words).clone()
    : await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`Words: ${response.status}`);
  useCatalogue(name, await response.json());
  document.documentElement.lang = name;
  document.documentElement.dir = RTL.includes(name) ? "rtl" : "ltr";
  language.set(name);
}

export async function chooseLanguage(name: Language): Promise<void> {
  await loadLanguage(name);
  try {
    localStorage.setItem(KEPT, name);
  } catch {
    // nothing may be kept here: it holds for this page
  }
}

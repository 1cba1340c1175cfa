/** Which language, and where its words are. @module */
import { type Language, LANGUAGES, useCatalogue } from "./translate.ts";
import { createStore } from "../client/store.ts";

const KEPT = "panel.language";
const RTL: readonly Language[] = ["fa"];

export const language = createStore<Language>("en");

/** Chosen before, else the first that the browser asks for and we have. */
export function preferredLanguage(): Language {
  const kept = stored();
  const wanted = [kept, ...navigator.languages].filter((name) => name !== null);
  for (const name of wanted) {
    const found = languages().find((known) =>
      name.toLowerCase().split("-")[0] === known
    );
    if (found) return found;
  }
  return "en";
}

export async function loadLanguage(name: Language): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>(
    `link[rel=alternate][hreflang=${name}]`,
  );
  if (!link) throw new Error(`No words are there for ${name}`);
  const response = await fetch(link.href, { credentials: "same-origin" });
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

function languages(): Language[] {
  return Object.keys(LANGUAGES) as Language[];
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

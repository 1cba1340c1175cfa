/** Which language somebody reads, and where its words are; also for the script that runs before all others. @module */
import { type Language, LANGUAGES } from "./translate.ts";

export const KEPT = "panel.language";

/** Chosen before, else the first that the browser asks for and we have. */
export function preferredLanguage(): Language {
  const wanted = [stored(), ...navigator.languages];
  for (const name of wanted) {
    const found = (Object.keys(LANGUAGES) as Language[]).find((known) =>
      name?.toLowerCase().split("-")[0] === known
    );
    if (found) return found;
  }
  return "en";
}

/** undefined: the page names no words of this language. */
export function wordsUrl(name: Language): string | undefined {
  return document.querySelector<HTMLLinkElement>(
    `link[rel=alternate][hreflang=${name}]`,
  )?.href;
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

/** What was asked for before the panel itself had come. */
export interface Early {
  readonly language: Language;
  readonly words: Promise<Response>;
  readonly session: Promise<Response>;
}

declare global {
  var panelEarly: Early | undefined;
}

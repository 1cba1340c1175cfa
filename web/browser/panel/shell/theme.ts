/** Light or dark. The start script has chosen before anything was painted. @module */
import { createStore } from "../client/store.ts";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
const KEPT = "panel.theme";

export const theme = createStore<Theme>(
  THEMES.find((name) => name === document.documentElement.dataset.theme) ??
    "auto",
);

/** As it was chosen before, on a page without a start script. */
export function restoreTheme(): void {
  try {
    const kept = localStorage.getItem(KEPT);
    const known = THEMES.find((name) => name === kept);
    if (known) chooseTheme(known);
  } catch {
    // nothing may be read here
  }
}

export function chooseTheme(name: Theme): void {
  document.documentElement.dataset.theme = name;
  theme.set(name);
  try {
    localStorage.setItem(KEPT, name);
  } catch {
    // nothing may be kept here: it holds for this page
  }
}

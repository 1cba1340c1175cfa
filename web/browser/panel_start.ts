/**
 * Runs before the panel is painted, so that nobody is dazzled first, and asks
 * for what the panel will need while it is still on its way.
 *
 * @module
 */
import { preferredLanguage, wordsUrl } from "./panel/i18n/preferred.ts";

try {
  document.documentElement.dataset.theme =
    localStorage.getItem("panel.theme") ?? "auto";
} catch {
  document.documentElement.dataset.theme = "auto";
}

const island = document.getElementById("island")?.textContent ?? "{}";
const chosen = preferredLanguage();
const early = {
  language: chosen,
  words: fetch(wordsUrl(chosen) ?? "", { credentials: "same-origin" }),
  session: fetch(`${JSON.parse(island).api}/session`, {
    headers: { accept: "application/json" },
    credentials: "same-origin",
    cache: "no-store",
  }),
};
// whoever awaits them hears of it; until then nobody has failed to
early.words.catch(() => undefined);
early.session.catch(() => undefined);
globalThis.panelEarly = early;

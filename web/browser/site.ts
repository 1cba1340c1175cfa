/**
 * What the public pages do more easily with a script. Comfort only: every page
 * works without it.
 *
 * @module
 */

import { startGuideSearch } from "./site/guide_search.ts";

const INSTALLED_WITHIN_MS = 2500;
const COPIED_MS = 5000;

for (const button of document.querySelectorAll<HTMLElement>("[data-copy]")) {
  // over plain HTTP there is none
  button.hidden = !("clipboard" in navigator);
  const usual = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy ?? "");
    } catch {
      return; // the browser has told why, and the text is there to be marked
    }
    button.textContent = button.dataset.copied ?? "✓";
    setTimeout(() => button.textContent = usual, COPIED_MS);
  });
}

// A link to an app that is not installed does nothing: say so.
for (const link of document.querySelectorAll("[data-opens-app]")) {
  link.addEventListener("click", () => {
    let left = false;
    const leave = () => left = true;
    addEventListener("blur", leave, { once: true });
    addEventListener("pagehide", leave, { once: true });
    setTimeout(() => {
      const hint = document.querySelector<HTMLElement>("[data-no-app]");
      if (!left && !document.hidden && hint) hint.hidden = false;
    }, INSTALLED_WITHIN_MS);
  });
}

for (const search of document.querySelectorAll<HTMLElement>("[data-search]")) {
  startGuideSearch(search);
}

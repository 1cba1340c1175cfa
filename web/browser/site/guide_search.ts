/**
 * Search in the guide, without asking the server at each letter: all that can
 * be found is fetched once, when the field is first used.
 *
 * @module
 */
import { type Entry, type Found, look } from "../../guide/search.ts";

const LEAST_LETTERS = 2;

export function startGuideSearch(search: HTMLElement): void {
  const field = search.querySelector("input");
  const results = search.querySelector<HTMLElement>("[data-results]");
  const url = search.dataset.search;
  if (!field || !results || !url) return;
  search.hidden = false;
  const language = document.documentElement.lang;
  let entries: Promise<readonly Entry[]> | undefined;
  field.addEventListener("input", async () => {
    const asked = field.value;
    entries ??= load(url);
    const found = await entries.catch(() => undefined);
    if (!found) entries = undefined; // the next letter asks again
    if (field.value !== asked) return;
    if (found) show(results, look(found, asked, language), asked);
    else results.textContent = results.dataset.failed ?? "";
  });
}

/** @throws {TypeError | Error} it is not there */
async function load(url: string): Promise<readonly Entry[]> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return await response.json();
}

function show(
  results: HTMLElement,
  found: readonly Found[],
  asked: string,
): void {
  const heading = document.createElement("p");
  const count = new Intl.NumberFormat(document.documentElement.lang)
    .format(found.length);
  heading.textContent = found.length > 0
    ? `${results.dataset.found}: ${count}`
    : results.dataset.nothing ?? "";
  const list = document.createElement("ul");
  for (const { href, title, text } of found) {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = title;
    const excerpt = document.createElement("p");
    excerpt.className = "soft";
    excerpt.textContent = text;
    const item = document.createElement("li");
    item.append(link, excerpt);
    list.append(item);
  }
  results.replaceChildren(
    ...asked.trim().length < LEAST_LETTERS ? [] : [heading, list],
  );
}

/**
 * Search in the guide, without asking the server at each letter: all that can
 * be found is fetched once, when the field is first used.
 *
 * @module
 */

interface Entry {
  readonly href: string;
  readonly title: string;
  readonly headings: readonly { readonly id: string; readonly title: string }[];
  readonly text: string;
}

const MOST = 12;
const AROUND = 60;
const LEAST_LETTERS = 2;

export function startGuideSearch(search: HTMLElement): void {
  const field = search.querySelector("input");
  const results = search.querySelector<HTMLElement>("[data-results]");
  const url = search.dataset.search;
  if (!field || !results || !url) return;
  search.hidden = false;
  let entries: Promise<readonly Entry[]> | undefined;
  field.addEventListener("input", async () => {
    const asked = field.value;
    const found = await (entries ??= load(url));
    if (field.value === asked) show(results, look(found, asked), asked);
  });
}

async function load(url: string): Promise<readonly Entry[]> {
  const response = await fetch(url);
  return response.ok ? await response.json() : [];
}

interface Found {
  readonly href: string;
  readonly title: string;
  readonly text: string;
  readonly weight: number;
}

function look(entries: readonly Entry[], asked: string): readonly Found[] {
  const words = folded(asked).split(/\s+/)
    .filter((word) => word.length >= LEAST_LETTERS);
  if (words.length === 0) return [];
  const found = entries.flatMap((entry): Found[] => {
    const text = folded(entry.text);
    const title = folded(entry.title);
    if (!words.every((word) => text.includes(word) || title.includes(word))) {
      return [];
    }
    const heading = entry.headings.find((one) =>
      words.some((word) => folded(one.title).includes(word))
    );
    const inTitle = words.some((word) => title.includes(word));
    const at = text.indexOf(words[0]!);
    return [{
      href: heading ? `${entry.href}#${heading.id}` : entry.href,
      title: heading ? `${entry.title} – ${heading.title}` : entry.title,
      text: at < 0 ? "" : around(entry.text, at),
      weight: inTitle ? 2 : heading ? 1 : 0,
    }];
  });
  return found.sort((one, other) => other.weight - one.weight).slice(0, MOST);
}

function around(text: string, at: number): string {
  const from = Math.max(0, at - AROUND);
  const until = at + 2 * AROUND;
  return (from > 0 ? "…" : "") + text.slice(from, until) +
    (until < text.length ? "…" : "");
}

/** Without case; lengths stay, so that places in one are places in the other. */
function folded(text: string): string {
  return Array.from(text, (letter) => {
    const lower = letter.toLowerCase();
    return lower.length === letter.length ? lower : letter;
  }).join("");
}

function show(
  results: HTMLElement,
  found: readonly Found[],
  asked: string,
): void {
  const heading = document.createElement("p");
  heading.textContent = found.length > 0
    ? `${results.dataset.found}: ${found.length}`
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

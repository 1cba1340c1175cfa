/**
 * Finding words in texts as people type them: without accents, with or without
 * the joiner of Persian, with е for ё, in another form than the text has.
 *
 * @module
 */

/** A text to be searched, and where each of its letters stands in the original. */
export interface Folded {
  readonly text: string;
  readonly places: readonly number[];
}

/** Letters that count as others, and those that count for nothing. */
const SAME: ReadonlyMap<string, string> = new Map([
  ["ё", "е"],
  ["ي", "ی"],
  ["ى", "ی"],
  ["ك", "ک"],
  ["ۀ", "ه"],
  ["ة", "ه"],
  ["أ", "ا"],
  ["إ", "ا"],
  ["آ", "ا"],
  ["ؤ", "و"],
  ["ئ", "ی"],
]);
/** Joiners, marks of Persian, and what keeps the direction of a word. */
const NOTHING = /[\u00ad\u200b-\u200f\u2066-\u2069\u064b-\u0655\u0670\u0640]/;
const ACCENTS = /[\u0300-\u036f]/g;
const LATIN = /[\u00c0-\u024f\u1e00-\u1eff]/;

export function folded(original: string): Folded {
  let text = "";
  const places: number[] = [];
  let place = 0;
  for (const letter of original) {
    const plain = letter <= "\x7f"
      ? letter.toLowerCase()
      : NOTHING.test(letter)
      ? ""
      : plainOf(letter.toLowerCase());
    text += plain;
    for (let i = 0; i < plain.length; i++) places.push(place);
    place += letter.length;
  }
  return { text, places };
}

function plainOf(letter: string): string {
  const same = SAME.get(letter);
  if (same !== undefined) return same;
  const digit = /[\u0660-\u0669\u06f0-\u06f9]/.test(letter)
    ? letter.charCodeAt(0) & 0xf
    : undefined;
  if (digit !== undefined) return String(digit);
  // й is a letter of its own
  return LATIN.test(letter)
    ? letter.normalize("NFD").replace(ACCENTS, "")
    : letter;
}

/** What words end with in their forms, longest first; a stem keeps so many letters. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  en: ["ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "s", "y"],
  es: (
    "aciones acion amente mente imientos imiento adores ador iones ion " +
    "ados adas ado ada idos idas ido ida ando iendo aron eron amos emos " +
    "ar er ir an en es as os a e o s"
  ).split(" "),
  ru: (
    "ениями ениях ением ений ения ению ение аниями ание ания анию " +
    "иями ями ами иях ях ах ого его ому ему ыми ими ают яют ует уют ать ять ить еть " +
    "ов ев ей ий ый ой ая яя ое ее ие ые ым им ых их ую юю ом ем ам ям ет ют ит ят " +
    "а я о е и ы у ю ь й"
  ).split(" "),
  fa: (
    "هایشان هایتان هایمان هایی هایم هایت هایش های ها ترین تر " +
    "شان تان مان اند ند ید یم ای اش ام ات ی"
  ).split(" "),
};
const LEAST_STEM = 3;
/** So long, it is found within words too: behind "не" and "за". */
const LONG_STEM = 5;

/** What all forms of a word begin with, or nearly all. */
export function stemOf(word: string, language: string): string {
  for (const ending of ENDINGS[language] ?? []) {
    if (word.endsWith(ending) && word.length - ending.length >= LEAST_STEM) {
      return word.slice(0, -ending.length);
    }
  }
  return word;
}

export interface Wanted {
  /** As typed: found anywhere. */
  readonly word: string;
  /** Found where words begin; long ones anywhere. */
  readonly stems: readonly string[];
}

const LEAST_LETTERS = 2;

/** What somebody has typed, in the language of the page; English stands in all of them. */
export function wantedOf(typed: string, language: string): readonly Wanted[] {
  return folded(typed).text.split(/[^\p{L}\p{N}@/._-]+/u)
    .filter((word) => word.length >= LEAST_LETTERS)
    .map((word) => ({
      word,
      stems: [...new Set([stemOf(word, language), stemOf(word, "en")])],
    }));
}

export interface Place {
  readonly at: number;
  /** The word stands there as it was typed. */
  readonly isExact: boolean;
}

/** Where a word is in a folded text; undefined: nowhere. */
function placeOf(
  { word, stems }: Wanted,
  text: string,
): Place | undefined {
  const at = text.indexOf(word);
  if (at >= 0) return { at, isExact: true };
  for (const stem of stems) {
    for (
      let at = text.indexOf(stem);
      at >= 0;
      at = text.indexOf(stem, at + 1)
    ) {
      const begins = !/[\p{L}\p{N}]/u.test(text[at - 1] ?? " ");
      if (begins || stem.length >= LONG_STEM) {
        return { at, isExact: false };
      }
    }
  }
  return undefined;
}

export interface Entry {
  readonly href: string;
  readonly title: string;
  readonly headings: readonly { readonly id: string; readonly title: string }[];
  readonly text: string;
}

export interface Found {
  readonly href: string;
  readonly title: string;
  readonly text: string;
}

const MOST = 12;
const AROUND = 60;

interface FoldedEntry {
  readonly text: Folded;
  readonly title: string;
  readonly headings: readonly string[];
}

/** Done once for each page, not at each letter that is typed. */
const KNOWN = new WeakMap<Entry, FoldedEntry>();

function foldedEntry(entry: Entry): FoldedEntry {
  const known = KNOWN.get(entry);
  if (known) return known;
  const made = {
    text: folded(entry.text),
    title: folded(entry.title).text,
    headings: entry.headings.map(({ title }) => folded(title).text),
  };
  KNOWN.set(entry, made);
  return made;
}

/** Pages that have all that was typed, the best first. */
export function look(
  entries: readonly Entry[],
  typed: string,
  language: string,
): readonly Found[] {
  const wanted = wantedOf(typed, language);
  if (wanted.length === 0) return [];
  const found = entries.flatMap((entry) => {
    const one = lookAt(entry, wanted);
    return one ? [one] : [];
  });
  return found.sort((one, other) => other.weight - one.weight)
    .slice(0, MOST).map(({ href, title, text }) => ({ href, title, text }));
}

function lookAt(
  entry: Entry,
  wanted: readonly Wanted[],
): Found & { readonly weight: number } | undefined {
  const { text, title, headings } = foldedEntry(entry);
  const places = wanted.map((one) => placeOf(one, text.text));
  const inTitle = wanted.map((one) => placeOf(one, title));
  if (places.some((place, i) => !place && !inTitle[i])) return undefined;
  const matches = entry.headings.map((one, i) => {
    const heading = headings[i] ?? "";
    const known = wanted.filter((word) => placeOf(word, heading)).length;
    return { ...one, known };
  });
  const best = matches.reduce<(typeof matches)[number] | undefined>(
    (best, one) => one.known > (best?.known ?? 0) ? one : best,
    undefined,
  );
  const exact = places.filter((place) => place?.isExact).length;
  const first = places.find((place) => place !== undefined);
  return {
    href: best ? `${entry.href}#${best.id}` : entry.href,
    title: best ? `${entry.title} – ${best.title}` : entry.title,
    text: first ? around(entry.text, text.places[first.at] ?? 0) : "",
    weight: 4 * inTitle.filter(Boolean).length + 2 * (best?.known ?? 0) +
      exact / wanted.length,
  };
}

function around(text: string, at: number): string {
  const from = Math.max(0, at - AROUND);
  const until = at + 2 * AROUND;
  return (from > 0 ? "…" : "") + text.slice(from, until) +
    (until < text.length ? "…" : "");
}

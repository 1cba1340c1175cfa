/** Names that are shown to strangers. @module */

export const MAX_GRAPHEMES = 64;
/** Before graphemes are counted. */
const MAX_CHARACTERS = 1000;
/** Controls, marks that turn the text around, and what is nothing at all. */
const UNSEEN =
  /[\p{Cc}\p{Co}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** In normal form, without what cannot be seen, up to 64 graphemes long. */
export function cleanName(text: string): string {
  const plain = text.slice(0, MAX_CHARACTERS).normalize("NFC")
    .replace(/\s+/gu, " ").replace(UNSEEN, "").trim();
  return firstGraphemes(plain, MAX_GRAPHEMES).trim();
}

/** What stands for a name in a circle; `?` if it has nothing. */
export function initialOf(name: string): string {
  return firstGraphemes(name, 1).toUpperCase() || "?";
}

function firstGraphemes(text: string, count: number): string {
  let end = 0;
  let left = count;
  for (const { index, segment } of graphemes.segment(text)) {
    if (left-- === 0) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}

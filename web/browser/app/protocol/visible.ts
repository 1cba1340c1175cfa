/** Names that others chose, as they may stand among our own words. @module */

/** Signs that turn text around (UAX #9), that nobody sees, or that end lines. */
const UNSEEN =
  /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** One line, and no more letters than so many. */
export function visibleName(text: string, most = 100): string {
  return [...text.slice(0, most * 4).replace(UNSEEN, " ")].slice(0, most)
    .join("").replace(/ {2,}/g, " ").trim();
}

/** Several lines, as they were written. */
export function visibleText(text: string, most: number): string {
  return text.slice(0, most).split(/\r?\n/)
    .map((line) => line.replace(UNSEEN, " ").trimEnd()).join("\n").trim();
}

/** The name of a file, which ends as it seems to. */
export function visibleFileName(text: string): string {
  const name = visibleName(text.slice(-400), 400).replace(
    /[\\/:*?"<>|]+/g,
    "_",
  );
  return name.replace(/^\.+/, "").slice(-100) || "file";
}

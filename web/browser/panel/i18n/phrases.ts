/**
 * What the server says in English, in the reader's words: its sentences are
 * found again by the English texts of a catalogue, and what stands in the place
 * of `{name}` goes into the text of the other language. Whatever is in no
 * catalogue stays as it is.
 *
 * @module
 */

export interface Phrase {
  readonly key: string;
  readonly values: Readonly<Record<string, string>>;
}

interface Pattern {
  readonly key: string;
  /** What stands before, between and behind the names. */
  readonly parts: readonly string[];
  readonly names: readonly string[];
  /** Octets that are not of values: who has more of them is meant. */
  readonly fixed: number;
}

/** Longer texts are no sentences. */
const MAX_LENGTH = 4000;

export class Phrases {
  readonly #patterns: readonly Pattern[];

  constructor(english: Readonly<Record<string, string>>) {
    this.#patterns = Object.entries(english)
      .map(([key, text]) => patternOf(key, text))
      .sort((one, other) => other.fixed - one.fixed);
  }

  find(text: string): Phrase | undefined {
    if (text.length > MAX_LENGTH) return undefined;
    for (const pattern of this.#patterns) {
      const values = valuesIn(pattern, text);
      if (values !== undefined) return { key: pattern.key, values };
    }
    return undefined;
  }
}

function patternOf(key: string, text: string): Pattern {
  const parts = text.split(/\{\w+\}/);
  const names = [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const fixed = parts.reduce((sum, part) => sum + part.length, 0);
  return { key, parts, names, fixed };
}

/** Each value as short as it can be, but for the last; never empty. In one pass, whatever the text is. */
function valuesIn(
  { parts, names }: Pattern,
  text: string,
): Record<string, string> | undefined {
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return text === first ? {} : undefined;
  if (!text.startsWith(first) || !text.endsWith(last)) return undefined;
  const end = text.length - last.length;
  const values: Record<string, string> = {};
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const found = text.indexOf(part, at + 1);
    if (found < 0) return undefined;
    values[names[index]!] = text.slice(at, found);
    at = found + part.length;
  }
  if (at >= end) return undefined;
  values[names.at(-1)!] = text.slice(at, end);
  return values;
}

/**
 * A text to be found in others, in time that is proportional to them.
 *
 * The engine's own search is fast, but for needles longer than its tables there are
 * texts in which it compares each of their characters at each place. Those are
 * found with the algorithm of Knuth, Morris and Pratt.
 *
 * @module
 */

/** What the engine finds in linear time. */
const MAX_PLAIN_LENGTH = 200;

export class Needle {
  /** Longest proper prefix of the text up to each place that also ends there; of long texts only. */
  readonly #borders: Uint32Array | undefined;

  constructor(readonly text: string) {
    if (text.length > MAX_PLAIN_LENGTH) this.#borders = bordersOf(text);
  }

  get length(): number {
    return this.text.length;
  }

  /** Whether it occurs there; an empty one occurs everywhere. */
  isIn(hay: string): boolean {
    const borders = this.#borders;
    if (!borders) return hay.includes(this.text);
    let matched = 0;
    for (let at = 0; at < hay.length; at++) {
      matched = extended(this.text, borders, matched, hay.charCodeAt(at));
      if (matched === this.text.length) return true;
    }
    return false;
  }
}

function bordersOf(text: string): Uint32Array {
  const borders = new Uint32Array(text.length);
  for (let at = 1, matched = 0; at < text.length; at++) {
    matched = extended(text, borders, matched, text.charCodeAt(at));
    borders[at] = matched;
  }
  return borders;
}

/** How much of the text's beginning is matched after one more character. */
function extended(
  text: string,
  borders: Uint32Array,
  matched: number,
  next: number,
): number {
  let length = matched;
  while (length > 0 && text.charCodeAt(length) !== next) {
    length = borders[length - 1]!;
  }
  return text.charCodeAt(length) === next ? length + 1 : 0;
}

/** Destinations that have answered lately: a share of all attempts is kept for them. @module */

const MAX_REMEMBERED = 256;

export class Answering {
  readonly #names = new Set<string>();

  has(destination: string): boolean {
    return this.#names.has(destination);
  }

  /** The one that answered longest ago goes when there are too many. */
  add(destination: string): void {
    this.#names.delete(destination);
    this.#names.add(destination);
    if (this.#names.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#names) {
      this.#names.delete(oldest);
      break;
    }
  }

  delete(destination: string): void {
    this.#names.delete(destination);
  }

  names(): Iterable<string> {
    return this.#names.keys();
  }
}

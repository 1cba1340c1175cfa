/**
 * Turns at hosts: many domains may be at one, each with attempts of its own, and
 * a host puts off who brings too much at once.
 *
 * @module
 */
import { until } from "./connections.ts";

interface Place {
  running: number;
  /** Who waits longest comes first. */
  readonly waiting: (() => void)[];
}

export class Turns {
  readonly #most: number;
  readonly #places = new Map<string, Place>();

  /** @param most At one place at once */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Waits for a turn; gives what ends it, to be called once.
   *
   * @throws {Aborted}
   */
  async take(key: string, signal: AbortSignal): Promise<() => void> {
    const place = this.#places.get(key) ?? { running: 0, waiting: [] };
    this.#places.set(key, place);
    const end = () => this.#end(key, place);
    if (place.running < this.#most) {
      place.running++;
      return end;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    place.waiting.push(resolve);
    try {
      await until(signal, promise);
      return end;
    } catch (error) {
      const at = place.waiting.indexOf(resolve);
      if (at >= 0) place.waiting.splice(at, 1);
      else end(); // it came too late
      throw error;
    }
  }

  #end(key: string, place: Place): void {
    const next = place.waiting.shift();
    if (next) return next();
    if (--place.running === 0) this.#places.delete(key);
  }
}

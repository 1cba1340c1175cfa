/** Hands events to who listens to the store. @module */
import type { StoreEvent, StoreListener } from "../events.ts";

export class EventHub {
  readonly #listeners = new Set<StoreListener>();

  constructor(readonly onBug: (error: unknown) => void) {}

  listen(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  publish(event: StoreEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        this.onBug(error);
      }
    }
  }
}

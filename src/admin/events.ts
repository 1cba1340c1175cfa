/**
 * What happens, for panels that are open: the last events, and whoever listens.
 * They say that something has changed, and never a secret.
 *
 * @module
 */
export type AdminEventName =
  | "metrics"
  | "settings"
  | "account"
  | "queue"
  | "job"
  | "log"
  | "reload"
  | "change";

export interface AdminEvent {
  readonly event: AdminEventName;
  readonly data: unknown;
}

/** Ascending from 1, since the start. */
export interface NumberedEvent extends AdminEvent {
  readonly id: number;
}

const KEPT = 100;
/** Of one listener that takes none: the oldest go. */
const MAX_WAITING = 200;

export class AdminEvents {
  #last = 0;
  readonly #kept: NumberedEvent[] = [];
  readonly #listeners = new Set<(event: NumberedEvent) => void>();

  /** @param isKept Whether somebody who comes again is told of it. */
  publish(event: AdminEvent, isKept = isWorthKeeping(event)): void {
    const numbered = { ...event, id: ++this.#last };
    if (isKept) {
      this.#kept.push(numbered);
      if (this.#kept.length > KEPT) this.#kept.shift();
    }
    for (const listener of [...this.#listeners]) listener(numbered);
  }

  get lastId(): number {
    return this.#last;
  }

  /** How many listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** May not throw. Returns how to stop. */
  listen(listener: (event: NumberedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Those that are still known and came after this one; of an earlier life of the server, all. */
  since(id: number): readonly NumberedEvent[] {
    const after = id > this.#last ? 0 : id;
    return this.#kept.filter((event) => event.id > after);
  }

  /**
   * Events from now on, and before them those after `since`; until `ending` is
   * aborted or the source is left. Whoever is slow loses the oldest.
   */
  async *follow(
    { since, ending, takes = () => true }: {
      readonly since?: number | undefined;
      readonly ending: AbortSignal;
      takes?(event: NumberedEvent): boolean;
    },
  ): AsyncGenerator<NumberedEvent, void, void> {
    const waiting = since === undefined ? [] : [...this.since(since)];
    let wake: (() => void) | undefined;
    const stop = this.listen((event) => {
      if (!takes(event)) return;
      waiting.push(event);
      if (waiting.length > MAX_WAITING) waiting.shift();
      wake?.();
    });
    const end = () => wake?.();
    ending.addEventListener("abort", end);
    try {
      while (!ending.aborted) {
        const next = waiting.shift();
        if (next) {
          if (takes(next)) yield next;
          continue;
        }
        await new Promise<void>((resolve) => wake = resolve);
      }
    } finally {
      stop();
      ending.removeEventListener("abort", end);
    }
  }
}

/** Gauges are new every few seconds, lines of the log are in the log. */
function isWorthKeeping({ event }: AdminEvent): boolean {
  return event !== "metrics" && event !== "log";
}

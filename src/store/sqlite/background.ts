/** Work nobody waits for, until the store closes. @module */
export class Background {
  readonly #running = new Set<Promise<void>>();

  constructor(readonly onBug: (error: unknown) => void) {}

  spawn(work: Promise<unknown>): void {
    const running = work.then(() => {}, this.onBug)
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}

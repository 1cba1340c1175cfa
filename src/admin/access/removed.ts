/** What is removed, while that is under way and after it: it is not written again. @module */
export class Removed {
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** @throws whatever `work` throws: then it is still there */
  async while(
    ids: readonly string[],
    work: () => Promise<void>,
  ): Promise<void> {
    for (const id of ids) this.#ids.add(id);
    try {
      await work();
    } catch (error) {
      for (const id of ids) this.#ids.delete(id);
      throw error;
    }
  }
}

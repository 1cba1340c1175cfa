/**
 * A process that dies at a step of its own choice, as by `kill -9`: from then on
 * nothing that it does has any effect, also not what it does when it fails.
 *
 * @module
 */
const CHANGES = [
  "chmod",
  "copyFile",
  "mkdir",
  "mkdirSync",
  "open",
  "remove",
  "removeSync",
  "rename",
  "renameSync",
  "symlinkSync",
  "writeFileSync",
  "writeTextFile",
  "writeTextFileSync",
] as const;

export class Killed extends Error {}

export class Mortal {
  #steps = 0;

  /** @param lastStep It dies before the next one. */
  constructor(readonly lastStep: number) {}

  /** Something that others see. @throws {Killed} */
  step(): void {
    if (++this.#steps > this.lastStep) throw new Killed();
  }

  /** Does work whose changes of files are steps. @returns whether it has lived to its end */
  async live(work: () => Promise<void>): Promise<boolean> {
    const world = Deno as unknown as Record<string, unknown>;
    const before = CHANGES.map((name) => [name, world[name]] as const);
    for (const [name, change] of before) {
      world[name] = (...args: unknown[]) => {
        this.step();
        return (change as (...args: unknown[]) => unknown)(...args);
      };
    }
    try {
      await work();
      return true;
    } catch (error) {
      if (this.#steps > this.lastStep) return false;
      throw error;
    } finally {
      for (const [name, change] of before) world[name] = change;
    }
  }
}

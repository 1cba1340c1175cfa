/**
 * What a switch of versions that was begun is about, in a file beside them until
 * it has come to an end: so that one that was killed is ended by the next.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  boolean,
  type InferOutput,
  nullable,
  object,
  safeParse,
  string,
} from "valibot";
import { PRODUCT } from "../../base/program_name.ts";
import { TEMPORARY } from "../install/machine.ts";

const BEGUN = object({
  version: string(),
  /** What its program says that it is. */
  says: string(),
  previous: string(),
  previous_says: string(),
  /** The one before that, which was the way back. */
  before: nullable(string()),
  /** Of the database, if it has to come back on the way back. */
  copy: nullable(string()),
  /** The new version does not serve: it is on its way back. */
  back: boolean(),
});
export type BegunSwitch = InferOutput<typeof BEGUN>;

export class SwitchMark {
  readonly #path: string;

  /** @param root `/opt/NAME` */
  constructor(root: string) {
    this.#path = join(root, "switching.json");
  }

  /** One that cannot be read is as none: it is written whole. */
  read(): BegunSwitch | undefined {
    try {
      const found = JSON.parse(Deno.readTextFileSync(this.#path));
      const result = safeParse(BEGUN, found);
      return result.success ? result.output : undefined;
    } catch {
      return undefined;
    }
  }

  write(begun: BegunSwitch): void {
    const fresh = this.#path + TEMPORARY;
    Deno.writeTextFileSync(fresh, `${JSON.stringify(begun)}\n`);
    {
      using file = Deno.openSync(fresh);
      file.syncSync();
    }
    Deno.renameSync(fresh, this.#path);
    this.#syncDirectory();
  }

  remove(): void {
    try {
      Deno.removeSync(this.#path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return;
    }
    this.#syncDirectory();
  }

  /** One that comes back after a power cut would speak of what has ended. */
  #syncDirectory(): void {
    using directory = Deno.openSync(dirname(this.#path));
    directory.syncSync();
  }
}

/** For people, without what ends it. */
export function unfinishedText(
  { version, previous, back }: Pick<
    BegunSwitch,
    "version" | "previous" | "back"
  >,
): string {
  return back
    ? `The way back from version ${version} to ${previous} was interrupted, or goes on`
    : `The switch from version ${previous} to ${version} was interrupted, or goes on`;
}

/**
 * By the program of before, where that is known: the new one may not even say
 * that it does not run.
 *
 * @param root `/opt/NAME`
 */
export function settleCommand(root: string, name: string = PRODUCT): string {
  const wayBack = join(root, "way-back");
  return `${existsSync(wayBack) ? wayBack : name} versions settle`;
}

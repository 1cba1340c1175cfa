/** A relay whose server outlives the upgrade that is killed. @module */
import assert from "node:assert/strict";
import type { Service } from "../../src/ops/upgrade/upgrade.ts";
import type { Mortal } from "./mortal.ts";
import { FakeService, type Installed } from "./release_world.ts";

export const OLD = "1.0.0";
export const NEW = "1.1.0";
export const SCHEMAS: Readonly<Record<string, number>> = { [OLD]: 6, [NEW]: 7 };

interface Database {
  readonly schema: number;
  readonly mails: number;
}

/**
 * How the new version is: it serves; it changes the database, and then does not
 * serve; it ends before it changes anything; it takes mail, and then ends.
 */
export type Kind = "good" | "broken" | "useless" | "fickle";

export class Relay {
  serves: string | undefined = OLD;
  database: Database = { schema: 6, mails: 1 };
  #watched: string | undefined;
  #hasTaken = false;
  readonly #copies = new Map<string, Database>();

  constructor(readonly installed: Installed, readonly kind: Kind) {}

  /** Something comes in, if anybody takes it. */
  receive(): number {
    if (this.serves !== undefined) this.#take(this.serves);
    return this.database.mails;
  }

  #take(version: string): void {
    const { schema, mails } = this.database;
    this.database = { schema, mails: mails + 1 };
    if (version === this.#watched) this.#hasTaken = true;
  }

  service(mortal: Mortal): Service {
    const now = <T>(work: () => T): T => {
      mortal.step();
      const done = work();
      mortal.step();
      return done;
    };
    const step = <T>(work: () => T) => Promise.try(() => now(work));
    return {
      examine: new FakeService().service.examine,
      served: () => step(() => this.serves),
      atRest: () => step(() => this.serves),
      watchForMail: (version) =>
        now(() => {
          this.#watched = version;
          this.#hasTaken = false;
        }),
      hasTakenMail: (version) =>
        now(() => version === this.#watched && this.#hasTaken),
      watchNoLonger: () =>
        now(() => {
          this.#watched = undefined;
        }),
      stop: () =>
        step(() => {
          this.serves = undefined;
        }),
      needsCopy: () => step(() => this.database.schema > SCHEMAS[OLD]!),
      copyDatabase: () =>
        step(() => {
          const name = `copy ${this.#copies.size}`;
          this.#copies.set(name, this.database);
          return name;
        }),
      restoreDatabase: (copy) =>
        step(() => {
          assert.equal(this.serves, undefined, "the service is stopped");
          this.database = this.#copies.get(copy)!;
        }),
      restart: (version) => step(() => this.#restart(version)),
    };
  }

  /** As the system starts it, whatever is called now. */
  start(): void {
    try {
      this.#restart(this.installed.tree.current ?? OLD);
    } catch {
      // it tries again and again
    }
  }

  #restart(version: string): void {
    const { current = OLD } = this.installed.tree;
    assert.equal(current, version, "what is called is what is waited for");
    this.serves = undefined;
    const schema = SCHEMAS[version]!;
    const isBad = version === NEW && this.kind !== "good";
    const isReadable = this.database.schema <= schema;
    if (isReadable && !(isBad && this.kind === "useless")) {
      this.database = { ...this.database, schema };
    }
    if (isBad && this.kind === "fickle") this.#take(version);
    if (!isReadable || isBad) throw new Error(`version ${version} ends`);
    this.serves = version;
  }
}

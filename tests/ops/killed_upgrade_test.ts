/** `kill -9` before each step of an upgrade, of its way back, and of what comes after that. */
import assert from "node:assert/strict";
import { UpgradeFailed } from "../../src/ops/upgrade/failure.ts";
import { endBegun } from "../../src/ops/upgrade/switch.ts";
import { SwitchMark } from "../../src/ops/upgrade/switch_mark.ts";
import { type Service, upgradeFrom } from "../../src/ops/upgrade/upgrade.ts";
import { Mortal } from "./mortal.ts";
import {
  FakeService,
  Installed,
  makeRelease,
  ReleaseHost,
  script,
  signingKey,
} from "./release_world.ts";

const OLD = "1.0.0";
const NEW = "1.1.0";
const SCHEMAS: Readonly<Record<string, number>> = { [OLD]: 6, [NEW]: 7 };

interface Database {
  readonly schema: number;
  readonly mails: number;
}

/** A relay whose server outlives the upgrade that is killed. */
class Relay {
  serves: string | undefined = OLD;
  database: Database = { schema: 6, mails: 1 };
  readonly #copies = new Map<string, Database>();

  /** @param isBroken The new version changes the database, and then does not serve. */
  constructor(readonly installed: Installed, readonly isBroken: boolean) {}

  /** Something comes in, if anybody takes it. */
  receive(): number {
    const { schema, mails } = this.database;
    if (this.serves !== undefined) this.database = { schema, mails: mails + 1 };
    return this.database.mails;
  }

  service(mortal: Mortal): Service {
    const step = <T>(work: () => T): Promise<T> => {
      try {
        mortal.step();
        const done = work();
        mortal.step();
        return Promise.resolve(done);
      } catch (error) {
        return Promise.reject(error);
      }
    };
    return {
      examine: new FakeService().service.examine,
      served: () => step(() => this.serves),
      copyDatabase: () =>
        step(() => {
          const name = `copy ${this.#copies.size}`;
          this.#copies.set(name, this.database);
          return name;
        }),
      restoreDatabase: (copy) =>
        step(() => {
          this.serves = undefined;
          this.database = this.#copies.get(copy)!;
        }),
      restart: (version) => step(() => this.#restart(version)),
    };
  }

  #restart(version: string): void {
    const { current = OLD } = this.installed.tree;
    assert.equal(current, version, "what is called is what is waited for");
    this.serves = undefined;
    const schema = SCHEMAS[version]!;
    const isReadable = this.database.schema <= schema;
    if (isReadable) this.database = { ...this.database, schema };
    if (!isReadable || (version === NEW && this.isBroken)) {
      throw new Error(`version ${version} does not serve`);
    }
    this.serves = version;
  }
}

async function everyStep(
  isBroken: boolean,
  lastStepsAfter: readonly number[],
  check: (relay: Relay) => Promise<void>,
): Promise<number> {
  const host = new ReleaseHost();
  const key = await signingKey();
  host.files = await makeRelease(NEW, script(NEW, { schema: 7 }), key);
  let killed = 0;
  try {
    for (let lastStep = 0;; lastStep++) {
      let lived = false;
      for (const after of lastStepsAfter) {
        const installed = new Installed();
        try {
          const relay = new Relay(installed, isBroken);
          const upgrade = async (mortal: Mortal) => {
            const service = relay.service(mortal);
            const { tree } = installed;
            await endBegun({ tree, service, tell() {} });
            const parts = await installed.parts(key.publicKey, service);
            await upgradeFrom(host.source, parts);
          };
          let mails = 1;
          for (const last of [lastStep, after, Infinity]) {
            const mortal = new Mortal(last);
            const isAlive = await mortal.live(() =>
              upgrade(mortal).catch((error) => {
                if (!(error instanceof UpgradeFailed)) throw error;
                mortal.step(); // one that is dead says nothing
              })
            );
            if (last === lastStep) lived = isAlive;
            // the program that is called is whole, whatever happens
            assert.ok((await installed.facts()).version in SCHEMAS);
            assert.ok(relay.database.mails >= mails, "no mail is lost");
            mails = relay.receive();
          }
          assert.equal(
            new SwitchMark(installed.tree.places.root).read(),
            undefined,
          );
          assert.equal(relay.receive(), mails + 1, "it serves");
          await check(relay);
        } catch (error) {
          throw new Error(`Killed after ${lastStep}, then after ${after}`, {
            cause: error,
          });
        } finally {
          installed.dispose();
        }
      }
      if (lived) return killed;
      killed++;
    }
  } finally {
    await host.close();
  }
}

Deno.test("an upgrade that is killed is ended by the next one, wherever it was", async () => {
  const killed = await everyStep(false, [Infinity, 4], async (relay) => {
    assert.equal(relay.serves, NEW);
    assert.equal(relay.database.schema, 7);
    assert.equal((await relay.installed.facts()).version, NEW);
    assert.equal(relay.installed.tree.previous, OLD);
  });
  assert.ok(killed > 20, `${killed} steps`);
});

Deno.test("a way back that is killed is ended by the next upgrade, wherever it was", async () => {
  const killed = await everyStep(true, [Infinity, 1, 6], async (relay) => {
    assert.equal(relay.serves, OLD);
    assert.equal(relay.database.schema, 6);
    assert.equal((await relay.installed.facts()).version, OLD);
    assert.equal(relay.installed.tree.previous, undefined);
  });
  assert.ok(killed > 30, `${killed} steps`);
});

/** `kill -9` before each step of an upgrade, of its way back, and of what comes after that. */
import assert from "node:assert/strict";
import { UpgradeFailed } from "../../src/ops/upgrade/failure.ts";
import { endBegun } from "../../src/ops/upgrade/switch.ts";
import { SwitchMark } from "../../src/ops/upgrade/switch_mark.ts";
import { upgradeFrom } from "../../src/ops/upgrade/upgrade.ts";
import { Mortal } from "./mortal.ts";
import { NEW, OLD, Relay, SCHEMAS } from "./outliving_relay.ts";
import {
  Installed,
  makeRelease,
  NO_GUARD,
  ReleaseHost,
  script,
  signingKey,
} from "./release_world.ts";

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
          const relay = new Relay(installed, isBroken ? "broken" : "good");
          const upgrade = async (mortal: Mortal) => {
            const service = relay.service(mortal);
            const { tree } = installed;
            await endBegun({ tree, service, guard: NO_GUARD, tell() {} });
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

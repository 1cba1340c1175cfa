/** Whether there is a newer release, asked once a day where the operator wants it. */
import assert from "node:assert/strict";
import { UpdateWatch } from "../../src/ops/upgrade/update_watch.ts";
import {
  makeRelease,
  ReleaseHost,
  script,
  signingKey,
} from "./release_world.ts";

const NOW_MS = 1_800_000_000_000;
const DAY_MS = 86_400_000;

Deno.test("a newer release is seen once a day, and nobody is asked unless it is wanted", async () => {
  const host = new ReleaseHost();
  try {
    const key = await signingKey();
    const release = (version: string, by = key) =>
      makeRelease(version, script(version), by);
    let isOn = false;
    let nowMs = NOW_MS;
    const watch = new UpdateWatch({
      version: "1.0.0",
      isOn: () => isOn,
      source: () => host.base,
      keys: () => [key.publicKey],
      now: () => nowMs,
    });
    const now = () => watch.seen;
    const nothing = {
      latest: null,
      isNewer: false,
      checkedAt: null,
      error: null,
    };
    host.files = await release("1.1.0");
    await watch.look();
    assert.deepEqual(now(), nothing);

    isOn = true;
    await watch.look();
    const newer = {
      latest: "1.1.0",
      isNewer: true,
      checkedAt: NOW_MS / 1000,
      error: null,
    };
    assert.deepEqual(now(), newer);

    host.files = await release("1.2.0");
    nowMs += DAY_MS - 1000;
    await watch.look();
    assert.deepEqual(now(), newer);
    nowMs += 1000;
    await watch.look();
    assert.equal(now().latest, "1.2.0");

    host.files = await release("1.0.0");
    nowMs += DAY_MS;
    await watch.look();
    assert.deepEqual([now().latest, now().isNewer], ["1.0.0", false]);

    host.files = await release("9.0.0", await signingKey());
    nowMs += DAY_MS;
    await watch.look();
    assert.equal(now().latest, null);
    assert.equal(now().error, "invalid_signature");

    host.files = {};
    nowMs += DAY_MS;
    await watch.look();
    assert.equal(now().error, "network");

    isOn = false;
    assert.deepEqual(now(), nothing);
  } finally {
    await host.close();
  }
});

import assert from "node:assert/strict";
import { AlreadyRunning, InstanceLock } from "./instance_lock.ts";
import { withDirectory } from "../../tests/harness/directory.ts";

/** Time that passes at once, and what happens in it. */
function timers(onSleep: () => void = () => {}) {
  return {
    sleep() {
      onSleep();
      return Promise.resolve();
    },
  };
}

for (const holder of ["server", "command"] as const) {
  Deno.test(`InstanceLock is one ${holder}'s; release() can be repeated`, async () => {
    await withDirectory(async (directory) => {
      const lock = await InstanceLock.take(directory, holder, timers());
      for (const other of ["server", "command"] as const) {
        await assert.rejects(
          InstanceLock.take(directory, other, timers()),
          (error) =>
            error instanceof AlreadyRunning && error.pid === Deno.pid &&
            error.holder === holder,
        );
      }
      lock.release();
      lock.release();
      (await InstanceLock.take(directory, holder, timers())).release();
    });
  });
}

Deno.test("InstanceLock.take() waits until a command ends, and hardly for a server", async () => {
  await withDirectory(async (directory) => {
    const lock = await InstanceLock.take(directory, "command", timers());
    let looks = 0;
    const waiting = timers(() => {
      if (++looks === 100) lock.release();
    });
    const server = await InstanceLock.take(directory, "server", waiting);
    assert.equal(looks, 100);
    looks = 0;
    const impatient = timers(() => void looks++);
    await assert.rejects(InstanceLock.take(directory, "command", impatient), {
      message: `already running, pid ${Deno.pid}`,
    });
    assert.equal(looks, 2);
    server.release();
  });
});

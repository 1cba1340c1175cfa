import assert from "node:assert/strict";
import { AlreadyRunning, InstanceLock } from "./instance_lock.ts";

Deno.test("InstanceLock is one server's; release() can be repeated", async () => {
  const directory = await Deno.makeTempDir({ prefix: "postern-lock-" });
  try {
    const lock = await InstanceLock.take(directory);
    await assert.rejects(
      InstanceLock.take(directory),
      (error) => error instanceof AlreadyRunning && error.pid === Deno.pid,
    );
    lock.release();
    lock.release();
    (await InstanceLock.take(directory)).release();
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { TestTime } from "../../../tests/harness/test_time.ts";
import { newKey } from "./key_material.ts";
import { SigningThreads } from "./signing_threads.ts";

Deno.test("threads sign side by side, as one would alone, and end when they are not asked", async () => {
  const time = new TestTime();
  const bugs: unknown[] = [];
  const threads = new SigningThreads({
    clock: time,
    timers: time,
    threads: 2,
    reportBug: (error) => bugs.push(error),
  });
  const [key, other] = await Promise.all([
    newKey("rsa-sha256"),
    newKey("rsa-sha256"),
  ]);
  const texts = Array.from({ length: 6 }, (_, i) => Uint8Array.of(i, 1, 2));
  const signatures = await Promise.all(
    texts.map((text, i) => threads.sign(i % 2 === 0 ? key : other, text)),
  );
  signatures.forEach((signature, i) => {
    const verifier = createPublicKey((i % 2 === 0 ? key : other).key);
    assert.ok(verify("sha256", texts[i]!, verifier, signature));
    const wrong = createPublicKey((i % 2 === 0 ? other : key).key);
    assert.ok(!verify("sha256", texts[i]!, wrong, signature));
  });
  assert.equal(time.pending, 2, "two threads, each with its end in sight");
  await time.pass(120_000);
  assert.equal(time.pending, 0);
  assert.deepEqual(bugs, []);
});

Deno.test("signatures are made without a thread where there is none", async () => {
  const time = new TestTime();
  const threads = new SigningThreads({
    clock: time,
    timers: time,
    threads: 0,
    reportBug: (error) => {
      throw error;
    },
  });
  const key = await newKey("rsa-sha256");
  const text = Uint8Array.of(1);
  const signature = await threads.sign(key, text);
  assert.ok(verify("sha256", text, createPublicKey(key.key), signature));
});

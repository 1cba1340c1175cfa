import assert from "node:assert/strict";
import { FreeMemory } from "./free_memory.ts";

Deno.test("giveBack() takes a small share of the time, however long it takes", async () => {
  let now = 0;
  let tookMs = 1;
  let count = 0;
  const memory = new FreeMemory({ monotonic: () => now }, () => {
    count++;
    now += tookMs;
    return Promise.resolve();
  });
  const looksOf = async (untilMs: number) => {
    count = 0;
    for (; now < untilMs; now += 2000) await memory.giveBack();
    return count;
  };
  assert.equal(await looksOf(20_000), 10);
  tookMs = 100;
  const inThisTime = await looksOf(1_020_000);
  assert.ok(inThisTime > 0 && inThisTime * tookMs <= 1_000_000 / 100 + tookMs);
});

Deno.test("giveBack() does nothing where the system has no such call", async () => {
  await new FreeMemory({ monotonic: () => 0 }, undefined).giveBack();
});

Deno.test("systemTrim() gives back what is free below what is used", async () => {
  const program = new URL(
    "../../../tests/app/freed_memory.ts",
    import.meta.url,
  );
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", program.href],
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const { trimmed, kept, left } = JSON.parse(new TextDecoder().decode(stdout));
  if (!trimmed) return; // another system than those that are built for
  assert.ok(kept > 50_000_000, "freeing alone gives it back");
  assert.ok(left < kept / 2, `${left} octets are kept`);
});

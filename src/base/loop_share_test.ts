import assert from "node:assert/strict";
import { LoopShare } from "./loop_share.ts";

Deno.test("wait() lets a turn of the event loop be short", async () => {
  let nowMs = 0;
  const resolvers: (() => void)[] = [];
  const share = new LoopShare(
    { monotonic: () => nowMs },
    { sleep: () => new Promise<void>((resolve) => resolvers.push(resolve)) },
  );
  assert.equal(share.wait(), undefined);
  nowMs = 3;
  assert.equal(share.wait(), undefined);
  nowMs = 4;
  const waiting = [share.wait(), share.wait()];
  assert.ok(waiting.every((wait) => wait !== undefined));
  for (const resolve of resolvers) resolve();
  await Promise.all(waiting);
  assert.equal(share.wait(), undefined);
});

Deno.test("wait() asks for no timer twice in one short time", async () => {
  let nowMs = 0;
  let timers = 0;
  const share = new LoopShare(
    { monotonic: () => nowMs },
    { sleep: () => Promise.resolve(void timers++) },
  );
  for (; nowMs < 12; nowMs++) {
    assert.equal(share.wait(), undefined);
    await new Promise((resolve) => setTimeout(resolve));
  }
  assert.equal(timers, 3);
});

Deno.test("wait() ends a turn that began while nobody looked", async () => {
  let nowMs = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const sleeps = [Promise.resolve(), promise];
  const share = new LoopShare(
    { monotonic: () => nowMs },
    { sleep: () => sleeps.shift()! },
  );
  share.wait();
  await new Promise((resolve) => setTimeout(resolve));
  let end: Promise<void> | undefined;
  while (!end && nowMs < 100) {
    nowMs++;
    end = share.wait();
  }
  assert.equal(nowMs, 8);
  resolve();
  await end;
});

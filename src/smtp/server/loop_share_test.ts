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

import assert from "node:assert/strict";
import type { AccountId } from "../../base/ids.ts";
import { LargeMessages } from "./large_messages.ts";

const id = (n: number) => n as AccountId;

Deno.test("so many are in memory at once, one of each account, in the order in which they came", async () => {
  const large = new LargeMessages(2);
  const begun: string[] = [];
  const enter = (account: number, name: string) =>
    large.enter(id(account)).then((leave) => {
      begun.push(name);
      return leave;
    });
  const first = await enter(1, "a");
  const again = enter(1, "a again");
  const second = await enter(2, "b");
  const third = enter(3, "c");
  const fourth = enter(4, "d");
  await Promise.resolve();
  assert.deepEqual(begun, ["a", "b"]);
  second();
  second(); // counts once
  const leaveThird = await third;
  assert.deepEqual(begun, ["a", "b", "c"], "account 1 has one already");
  first();
  const leaveAgain = await again;
  assert.deepEqual(begun, ["a", "b", "c", "a again"]);
  assert.equal(large.size, 2);
  leaveThird();
  leaveAgain();
  (await fourth)();
  assert.equal(large.size, 0);
});

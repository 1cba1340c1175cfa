import assert from "node:assert/strict";
import { TestTime } from "../../../tests/harness/test_time.ts";
import { RefusedPasswords } from "./refused_passwords.ts";

Deno.test("has() knows what was added within an hour, of the last 20,000", async () => {
  const time = new TestTime();
  const refused = new RefusedPasswords(time);
  const mac = (n: number) => Uint8Array.of(n >> 16, n >> 8, n);
  assert.equal(refused.has(mac(0)), false);
  refused.add(mac(0));
  await time.pass(3_599_999);
  assert.equal(refused.has(mac(0)), true);
  await time.pass(1);
  assert.equal(refused.has(mac(0)), false);
  for (let n = 0; n < 20_000; n++) refused.add(mac(n));
  assert.equal(refused.has(mac(0)), true);
  refused.add(mac(20_000));
  assert.equal(refused.has(mac(0)), false);
  assert.equal(refused.has(mac(1)), true);
});

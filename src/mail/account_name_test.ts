import assert from "node:assert/strict";
import { Refusal } from "../base/refusal.ts";
import { checkAccountName } from "./account_name.ts";

const rule = { minLength: 8, maxLength: 32 };

for (
  const [name, plain, forced] of [
    ["abcd1234e", true, true],
    ["a.b-c_d.e", true, true],
    ["a".repeat(8), true, true],
    ["a".repeat(7), false, true],
    ["a".repeat(32), true, true],
    ["a".repeat(33), false, true],
    ["a".repeat(65), false, false],
    ["postmaster", false, true],
    ["mailer-daemon", false, true],
    ["abcd..1234", false, false],
    [".abcd1234", false, false],
    ["abcd1234-", false, false],
    ["abcd+1234", false, false],
    ["Abcd12345", false, false],
    ["äbcd12345", false, false],
    ["abcd 1234", false, false],
    ["", false, false],
  ] as const
) {
  Deno.test(`checkAccountName() on "${name.slice(0, 40)}" (${name.length})`, () => {
    assert.equal(passes(name, false), plain);
    assert.equal(passes(name, true), forced);
  });
}

function passes(name: string, force: boolean): boolean {
  try {
    checkAccountName(name, { ...rule, force });
    return true;
  } catch (error) {
    assert.ok(error instanceof Refusal && error.code === "username_invalid");
    return false;
  }
}

import assert from "node:assert/strict";
import { listPattern } from "./list_pattern.ts";
import { workedMs } from "../../../tests/harness/worked.ts";

for (
  const [pattern, name, want] of [
    ["*", "a/b", true],
    ["%", "a", true],
    ["%", "a/b", false],
    ["a/%", "a/b", true],
    ["a/%", "a/b/c", false],
    ["a/*", "a/b/c", true],
    ["%/b", "a/b", true],
    ["*b", "a/b", true],
    ["%b", "a/b", false],
    ["*%", "a/b", true],
    ["%*", "a/b", true],
    ["%%/%", "a/b", true],
    ["a", "A", false],
    ["inbox", "INBOX", true],
    ["InBoX/a", "INBOX/a", true],
    ["inbox*", "INBOX/a", true],
    ["INBOX", "INBOXES", false],
    ["", "", true],
    ["", "a", false],
    ["a%c*e", "abcd/e", true],
  ] as const
) {
  Deno.test(`listPattern(${pattern}) on ${name}`, () => {
    assert.equal(listPattern(pattern)(name), want);
  });
}

Deno.test("listPattern() takes no exponential time", () => {
  const start = workedMs();
  const name = "a".repeat(255);
  assert.equal(listPattern("*a".repeat(200) + "b")(name), false);
  assert.equal(listPattern("*%".repeat(30_000) + "b")(name), false);
  assert.equal(listPattern("a".repeat(30_000))(name), false);
  assert.ok(workedMs() - start < 500);
});

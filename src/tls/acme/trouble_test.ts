import assert from "node:assert/strict";
import { describeProblem, readProblem } from "./trouble.ts";

Deno.test("a problem is one line that does nothing to a terminal", () => {
  const nasty = "a\x1b[2J\x9b31m\r\nb\u202ec\u2028d\u0000";
  const problem = readProblem({
    type: `urn:ietf:params:acme:error:${nasty}`,
    detail: nasty,
    identifier: { type: "dns", value: nasty },
  });
  assert.equal(
    describeProblem(problem),
    "a [2J 31m b c d: a [2J 31m b c d (a [2J 31m b c d)",
  );
});

Deno.test("a problem is no longer than somebody reads, however much is in it", () => {
  const long = "x".repeat(10_000);
  const one = { type: long, detail: long, identifier: { value: long } };
  const problem = readProblem({ ...one, subproblems: Array(1000).fill(one) });
  assert.ok(describeProblem(problem).length <= 2001);
});

Deno.test("a problem of another form is read as far as it goes", () => {
  for (const json of [undefined, null, 7, "x", [], { type: 7, detail: {} }]) {
    assert.equal(describeProblem(readProblem(json)), " (unknown)");
  }
});

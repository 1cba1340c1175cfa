import assert from "node:assert/strict";
import { readFailures, readOutcome, readTally } from "./test_output.ts";

const OUTPUT = `./b_test.ts => leaks ... ok (74ms)
./a_test.ts => bad one ... FAILED (1ms)
./a_test.ts => with steps ... step a ... ok (0ms)
./a_test.ts => with steps ... FAILED (due to 1 failed step) (6ms)

 ERRORS 

bad one => ./a_test.ts:3:6
error: AssertionError: Expected values to be strictly equal:

1 !== 2

Deno.test("bad one", () => { assert.equal(1, 2); });
                                    ^
    at file:///a_test.ts:3:37

with steps ... step b => ./a_test.ts:4:82
error: Error: ${Array.from({ length: 12 }, (_, i) => `line ${i}`).join("\n")}
    at file:///a_test.ts:4:111

./c_test.ts (uncaught error)
error: (in promise) Error: cannot load
throw new Error("cannot load");
      ^
This error was not caught from a test.

 FAILURES 

bad one => ./a_test.ts:3:6

FAILED | 3 passed (1 step) | 3 failed (1 step) | 1 ignored (424ms)
`;

Deno.test("readFailures() gives name, place and what was wrong, without code and stack", () => {
  const [bad, steps, file, ...rest] = readFailures(OUTPUT);
  assert.deepEqual(rest, []);
  assert.deepEqual(bad, {
    name: "bad one",
    place: "./a_test.ts:3:6",
    message: "AssertionError: Expected values to be strictly equal:\n1 !== 2",
  });
  assert.equal(steps?.name, "with steps ... step b");
  assert.match(steps!.message, /^Error: line 0\n[^]*line 7\n… 4 more lines$/);
  assert.equal(file?.place, "./c_test.ts");
  assert.equal(file?.message, "(in promise) Error: cannot load");
  assert.deepEqual(readFailures("ok | 1 passed | 0 failed (1ms)\n"), []);
});

Deno.test("readTally() reads the last line, and nothing where there is none", () => {
  assert.deepEqual(readTally(OUTPUT), { passed: 3, failed: 3, skipped: 1 });
  assert.equal(readTally("killed\n"), undefined);
});

for (
  const [line, want] of [
    ["./a_test.ts => one ... ok (1ms)", "./a_test.ts => one ok"],
    ["one ... FAILED (1ms)", "one FAILED"],
    ["one ... ignored (0ms)", "one ignored"],
    ["  a step ... ok (1ms)", undefined],
    ["./a_test.ts => one ... a step ... ok (1ms)", undefined],
    ["running 3 tests from ./a_test.ts", undefined],
    ["", undefined],
  ] as const
) {
  // its own name must not look like an outcome
  Deno.test(`readOutcome() gives ${want} of ${line.length} characters`, () => {
    const seen = readOutcome(line);
    assert.equal(seen && `${seen.name} ${seen.outcome}`, want);
  });
}

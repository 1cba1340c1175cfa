import assert from "node:assert/strict";
import { isOutOfDescriptors, reasonOf, systemError } from "./system_errors.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new TypeError("It did not throw");
}

const CASES: [string, () => unknown, ReturnType<typeof systemError>][] = [
  [
    "a missing file",
    () => Deno.openSync("/nowhere/it's here"),
    {
      code: "ENOENT",
      reason: "there is no such file or directory",
      path: "/nowhere/it's here",
    },
  ],
  [
    "a directory in place of a file",
    () => Deno.readTextFileSync("/etc"),
    { code: "EISDIR", reason: "it is a directory", path: "/etc" },
  ],
  [
    "a file in place of a directory",
    () => Deno.mkdirSync("/etc/passwd/x", { recursive: true }),
    {
      code: "ENOTDIR",
      reason: "a part of the path is no directory",
      path: "/etc/passwd/x",
    },
  ],
  ["an error of ours", () => {
    throw new Error("Too late");
  }, undefined],
];
for (const [what, work, expected] of CASES) {
  Deno.test(`systemError() reads ${what}`, () => {
    assert.deepEqual(systemError(thrownBy(work)), expected);
  });
}

Deno.test("systemError() reads the port that is taken", () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const error = thrownBy(() =>
    Deno.listen({ hostname: "127.0.0.1", port: taken.addr.port })
  );
  taken.close();
  assert.equal(reasonOf(error), "another program has this port");
});

Deno.test("reasonOf() gives what other errors say", () => {
  assert.equal(reasonOf(new Error("Too late")), "Too late");
  assert.equal(reasonOf("odd"), "odd");
});

Deno.test("isOutOfDescriptors() knows the errors of a full table, by Deno and by node", () => {
  const node = Object.assign(new Error("accept EMFILE"), { code: "EMFILE" });
  assert.equal(isOutOfDescriptors(node), true);
  const deno = Object.assign(new Error("Too many open files (os error 24)"), {
    code: "ENFILE",
  });
  assert.equal(isOutOfDescriptors(deno), true);
  assert.equal(isOutOfDescriptors(new Error("other")), false);
});

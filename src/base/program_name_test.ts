import assert from "node:assert/strict";
import { isServiceName, programName } from "./program_name.ts";

Deno.test("programName() is the last part of the path, or the product's", () => {
  assert.equal(programName("/usr/local/bin/foo"), "foo");
  assert.equal(programName("foo-2.bin"), "foo-2.bin");
  assert.equal(programName("/tmp/two words"), "postern");
  assert.equal(programName(""), "postern");
});

Deno.test("isServiceName() takes what useradd takes", () => {
  for (const name of ["postern", "foo", "relay-2", "a_b"]) {
    assert.ok(isServiceName(name), name);
  }
  for (const name of ["Foo", "2nd", "foo.bin", "-x", "", "a".repeat(32)]) {
    assert.ok(!isServiceName(name), name);
  }
});

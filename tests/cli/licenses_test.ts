import assert from "node:assert/strict";
import { Installation } from "./command_line.ts";

Deno.test("licenses names what is in the program, with the texts", async () => {
  const relay = new Installation("");
  try {
    const { exit, out } = await relay.run("licenses");
    assert.equal(exit, 0);
    const named = [
      /^hono \S+ \(MIT\)$/m,
      /^preact \S+ \(MIT\)$/m, // in what browsers load, too
      /^hash-wasm \S+ \(MIT\)$/m, // loaded by a worker alone
      /^ {2}V8 +BSD-3-Clause$/m,
      /^ {2}SQLite +public domain$/m,
      /^ {2}rustls +/m,
    ];
    for (const pattern of named) assert.match(out, pattern);
    assert.match(out, /WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND/);
    assert.equal((await relay.run("version --licenses")).out, out);
    const { data } = JSON.parse((await relay.run("licenses --json")).out);
    assert.equal(`${data.licenses}\n`, out);
  } finally {
    relay.dispose();
  }
});

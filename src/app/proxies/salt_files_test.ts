import assert from "node:assert/strict";
import { SaltFiles } from "./salt_files.ts";
import { withDirectory } from "../../../tests/harness/directory.ts";

const A = new Uint8Array(16).fill(1);
const B = new Uint8Array(16).fill(2);

Deno.test("read() gives what another process has added, by generation", () =>
  withDirectory((folder) => {
    assert.deepEqual(new SaltFiles(folder).read(), { old: [], young: [] });
    const files = new SaltFiles(folder);
    files.add(A);
    files.turn();
    files.add(B);
    assert.deepEqual(new SaltFiles(folder).read(), { old: [A], young: [B] });
    assert.equal(
      Deno.statSync(`${folder}/shadowsocks-salts`).mode! & 0o777,
      0o600,
    );
    files.turn();
    assert.deepEqual(new SaltFiles(folder).read(), { old: [B], young: [] });
  }));

Deno.test("add() goes on behind half a record", () =>
  withDirectory((folder) => {
    new SaltFiles(folder).add(A);
    Deno.writeFileSync(`${folder}/shadowsocks-salts`, A.subarray(0, 5), {
      append: true,
    });
    new SaltFiles(folder).add(B);
    assert.deepEqual(new SaltFiles(folder).read().young, [A, B]);
  }));

Deno.test("what cannot be written or read is nothing, and no error", () => {
  const files = new SaltFiles("/nonexistent/folder");
  files.add(A);
  files.turn();
  assert.deepEqual(files.read(), { old: [], young: [] });
});

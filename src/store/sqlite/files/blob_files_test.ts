import assert from "node:assert/strict";
import { BlobFiles } from "./blob_files.ts";

const NAME = "0123456789abcdef0123456789abcdef";

Deno.test("keepingAll() lets no content go until all of it has ended", async () => {
  const stateDir = await Deno.makeTempDir();
  try {
    const files = new BlobFiles(stateDir, false);
    files.prepare();
    (await files.create(NAME)).close();
    await files.keep(NAME);
    const isThere = async () => {
      const file = await files.open(NAME);
      file?.close();
      return file !== undefined;
    };
    const ended = Promise.withResolvers<void>();
    const outer = files.keepingAll(() => ended.promise);
    await files.keepingAll(() => files.remove(NAME));
    assert.ok(await isThere());
    ended.reject(new Error("no disk"));
    await assert.rejects(outer, /no disk/);
    assert.ok(!await isThere());
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

import assert from "node:assert/strict";
import { sizeBelow } from "./folder_sizes.ts";

Deno.test("sizeBelow() adds up files, follows no link, and ends", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/a/b`, { recursive: true });
    await Deno.writeFile(`${folder}/one`, new Uint8Array(5000));
    await Deno.writeFile(`${folder}/a/b/two`, new Uint8Array(300));
    await Deno.symlink(folder, `${folder}/a/loop`);
    await Deno.symlink("/etc", `${folder}/a/elsewhere`);
    assert.deepEqual(await sizeBelow(folder), {
      octets: 5300,
      files: 2,
      isPart: false,
    });
    assert.deepEqual(await sizeBelow(`${folder}/one`), {
      octets: 5000,
      files: 1,
      isPart: false,
    });
    assert.equal((await sizeBelow(folder, 2)).isPart, true);
    assert.deepEqual(await sizeBelow(`${folder}/none`), {
      octets: 0,
      files: 0,
      isPart: false,
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("sizeBelow() counts what a file with holes takes up", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.truncate(path, 1 << 30);
    assert.ok((await sizeBelow(path)).octets < 1 << 20);
  } finally {
    await Deno.remove(path);
  }
});

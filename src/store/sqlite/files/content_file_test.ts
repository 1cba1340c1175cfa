import assert from "node:assert/strict";
import { BlobFiles } from "./blob_files.ts";
import { DamagedFile, openContent, PIECE_OCTETS } from "./content_file.ts";

const NAME = "ab".repeat(16);
const SIZE = 3 * PIECE_OCTETS + 10;

/** Opens a content file whose `fail`th read fails. */
async function open(
  { fail, code }: { fail: number; code: string },
): Promise<{ pieces: number; error: unknown; breaks: DamagedFile[] }> {
  const stateDir = await Deno.makeTempDir({ prefix: "content-file-" });
  const files = new BlobFiles(stateDir, false);
  const path = files.path(NAME);
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeFile(path, new Uint8Array(SIZE));
  const openFile = files.open.bind(files);
  files.open = async (name) => {
    const file = await openFile(name);
    const read = file!.read.bind(file);
    let reads = 0;
    file!.read = (octets) =>
      ++reads === fail
        ? Promise.reject(Object.assign(new Error(code), { code }))
        : read(octets);
    return file;
  };
  const breaks: DamagedFile[] = [];
  let pieces = 0;
  try {
    const found = await openContent(
      files,
      { name: NAME, sizeOctets: SIZE },
      { start: 0, end: SIZE },
      (error) => breaks.push(error),
    );
    assert.equal(found.sizeOctets, SIZE);
    for await (const _ of found) pieces++;
    return { pieces, error: undefined, breaks };
  } catch (error) {
    return { pieces, error, breaks };
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
}

Deno.test("openContent() gives all octets", async () => {
  const { pieces, error } = await open({ fail: 0, code: "" });
  assert.deepEqual([pieces, error], [4, undefined]);
});

Deno.test("openContent() knows a file that cannot be read before its size is told", async () => {
  const { pieces, error, breaks } = await open({ fail: 1, code: "EIO" });
  assert.ok(error instanceof DamagedFile);
  assert.equal(error.message, "it cannot be read: EIO");
  assert.deepEqual([pieces, breaks], [0, []]);
});

Deno.test("openContent() tells of an error that comes later", async () => {
  const { pieces, error, breaks } = await open({ fail: 3, code: "EIO" });
  assert.equal(pieces, 2);
  assert.deepEqual(breaks, [error]);
});

Deno.test("openContent() takes a lack of descriptors for no damage", async () => {
  for (const fail of [1, 3]) {
    const { error, breaks } = await open({ fail, code: "EMFILE" });
    assert.ok(!(error instanceof DamagedFile));
    assert.deepEqual(breaks, []);
  }
});

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { comparePaths, filesIn, isSafePath } from "./paths.ts";

const SAFE = [
  "a",
  "state/chat.db",
  "a b/ü",
  "..a/b..",
  "[192.0.2.1]",
  `${"a/".repeat(15)}a`,
];
const UNSAFE = [
  "",
  "/",
  "/a",
  "a/",
  "a//b",
  ".",
  "..",
  "../a",
  "a/../b",
  "a/..",
  "./a",
  "a\\b",
  "a\0",
  "a\nb",
  "a\x7f",
  `${"a/".repeat(16)}a`,
  "x".repeat(256),
  "a".repeat(2000),
];

Deno.test("isSafePath() knows paths that stay below", () => {
  for (const path of SAFE) assert.ok(isSafePath(path), path);
  for (const path of UNSAFE) assert.ok(!isSafePath(path), path);
});

Deno.test("filesIn() gives files in the order of comparePaths(), and no links", async () => {
  const root = await Deno.makeTempDir();
  try {
    const paths = ["a-b", "a/b", "a/b.c", "a/bc/d", "a.b", "B", "ab", "é/z"];
    for (const path of paths) {
      await Deno.mkdir(dirname(`${root}/${path}`), { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, path);
    }
    const found = [...filesIn(root)].map(({ path }) => path);
    assert.deepEqual(found, paths.toSorted(comparePaths));
    assert.deepEqual(found.toSorted(), paths.toSorted());

    await Deno.symlink("a", `${root}/link`);
    assert.throws(() => [...filesIn(root)], { name: "StrangeEntry" });
    assert.deepEqual(
      [...filesIn(root, { plainOnly: true })].map(({ path }) => path),
      found,
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

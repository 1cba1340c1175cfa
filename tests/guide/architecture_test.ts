/** docs/architecture.md is true to the tree. @module */
import assert from "node:assert/strict";
import { REPOSITORY, treeFiles } from "../../scripts/repository.ts";

const TEXT = await Deno.readTextFile(`${REPOSITORY}/docs/architecture.md`);
const FILES = (await treeFiles(["*"])).map((file) => `/${file}`);
/** Folders with modules, but for those of tests. */
const FOLDERS = new Set(
  FILES.filter((file) =>
    /^\/src\/.*\.tsx?$/.test(file) && !/_test\.tsx?$/.test(file)
  ).map((file) => file.slice("/src/".length, file.lastIndexOf("/"))),
);
/** Folders and files that are named, by their path or the end of it. */
const NAMES = new Set(
  [...TEXT.matchAll(/`([\w-][\w/.-]*(?:\/|\.(?:ts|tsx|md|json)))`/g)]
    .map(([, name]) => name!),
);
/** Of the state directory. */
const ELSEWHERE = ["backups/", "blobs/", "exchange/", "restoring/", "tmp/"];

for (const folder of FOLDERS) {
  Deno.test(`architecture: src/${folder}/ has its line`, () => {
    const steps = folder.split("/");
    const ends = steps.map((_step, i) => `${steps.slice(i).join("/")}/`);
    assert.ok(ends.some((end) => NAMES.has(end)));
  });
}

Deno.test("architecture: what it names is there", () => {
  assert.ok(NAMES.size > 100);
  const missing = [...NAMES].filter((name) =>
    !ELSEWHERE.includes(name) &&
    !FILES.some((file) =>
      name.endsWith("/") ? file.includes(`/${name}`) : file.endsWith(`/${name}`)
    )
  );
  assert.deepEqual(missing, []);
});

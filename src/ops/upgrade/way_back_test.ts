import assert from "node:assert/strict";
import { join } from "node:path";
import { Mortal } from "../../../tests/ops/mortal.ts";
import { goingBackMark, replaceState } from "./way_back.ts";

Deno.test("replaceState() refuses a mark that leads out of the directory", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "postern-test-" });
  const elsewhere = await Deno.makeTempDir({ prefix: "postern-test-" });
  try {
    for (
      const [mark, rest] of [
        [`${elsewhere}\n`, {}],
        [`${stateDir}/../replaced-1\nmoved\n`, {}],
        ["", {}],
        ["x".repeat(10_000), {}],
        [undefined, { "going-back/a": "" }],
      ] as const
    ) {
      await put(stateDir, { ...NEWER, ...rest });
      if (mark !== undefined) await put(stateDir, { "going-back": mark });
      const before = contentOf(stateDir);
      await assert.rejects(
        replaceState(
          { stateDir, database: "chat.db" },
          17,
          () => assert.fail("it is refused before"),
        ),
        /going-back is not what an upgrade has written/,
      );
      assert.deepEqual(contentOf(stateDir), before);
      assert.deepEqual(contentOf(elsewhere), {});
      await Deno.remove(join(stateDir, "going-back"), { recursive: true });
    }
  } finally {
    await Deno.remove(stateDir, { recursive: true });
    await Deno.remove(elsewhere, { recursive: true });
  }
});

/** What the newer version has made, and what is no part of it. */
const NEWER = {
  "chat.db": "newer",
  "chat.db-wal": "newer",
  "blobs/a": "newer",
  "tls/key": "newer",
};
const APART = { "lock": "1 server", "backups/b": "backup" };
const OLDER = { "chat.db": "older", "blobs/b": "older", "tls/key": "older" };

async function put(directory: string, files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(join(directory, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(directory, name), text);
  }
}

function contentOf(directory: string, below = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (
    const { name, isDirectory } of Deno.readDirSync(join(directory, below))
  ) {
    const path = below + name;
    if (isDirectory) Object.assign(found, contentOf(directory, `${path}/`));
    else found[path] = Deno.readTextFileSync(join(directory, path));
  }
  return found;
}

/** Apart from what was put aside, which comes second. */
function parted(directory: string) {
  const here: Record<string, string> = {};
  const aside: Record<string, string> = {};
  for (const [path, text] of Object.entries(contentOf(directory))) {
    const [, name] = /^replaced-\d+\/(.*)$/.exec(path) ?? [];
    if (name === undefined) here[path] = text;
    else aside[name] = text;
  }
  return { here, aside };
}

/** Kills it before each step, and has it done again. @returns how often it was killed */
async function everyStep(
  restore: (directory: string) => Promise<void>,
  expected: ReturnType<typeof parted>,
): Promise<number> {
  for (let lastStep = 0;; lastStep++) {
    const stateDir = await Deno.makeTempDir({ prefix: "postern-test-" });
    try {
      await put(stateDir, { ...NEWER, ...APART });
      const place = { stateDir, database: "chat.db" };
      const work = () =>
        replaceState(place, 17, () => restore(stateDir)).catch((error) => {
          if (!/cannot be restored/.test(error.message)) throw error;
        });
      const lived = await new Mortal(lastStep).live(work);
      if (!lived) await work();
      assert.equal(goingBackMark(stateDir), undefined);
      assert.deepEqual(parted(stateDir), expected, `after ${lastStep}`);
      if (lived) return lastStep;
    } finally {
      await Deno.remove(stateDir, { recursive: true });
    }
  }
}

Deno.test("replaceState() ends what one that was killed has begun", async () => {
  const steps = await everyStep(async (directory) => {
    assert.deepEqual(
      parted(directory).here["chat.db"],
      undefined,
      "nothing is in its way",
    );
    await put(directory, OLDER);
  }, { here: { ...OLDER, ...APART }, aside: NEWER });
  assert.ok(steps > 10, `${steps} steps`);
});

Deno.test("replaceState() leaves what was there where nothing can be restored, also if it was killed", async () => {
  const steps = await everyStep(async (directory) => {
    await put(directory, { "tls/key": "older" });
    throw new Error("The backup is damaged");
  }, { here: { ...NEWER, ...APART }, aside: {} });
  assert.ok(steps > 15, `${steps} steps`);
});

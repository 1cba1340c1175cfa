/** Backups that were damaged or forged: verify says so, and restore does nothing. @module */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { restoreBackup } from "../../src/ops/backup/restore.ts";
import { directorySource } from "../../src/ops/backup/directory_source.ts";
import { filesIn } from "../../src/ops/backup/paths.ts";
import { verifyBackup } from "../../src/ops/backup/verify.ts";
import { backupTest } from "./backup_world.ts";

interface Damage {
  readonly problem: RegExp;
  damage(backup: string, content: string): Promise<void> | void;
}

async function flip(path: string, at: number): Promise<void> {
  const octets = await Deno.readFile(path);
  octets[at]! ^= 1;
  await Deno.remove(path); // it may be the store's own file too
  await Deno.writeFile(path, octets);
}

interface Line {
  path?: string;
  [name: string]: unknown;
}

/** Changes the lines of a manifest, and makes its end right for them. */
async function forge(
  backup: string,
  change: (lines: Line[]) => void,
): Promise<void> {
  const path = `${backup}/manifest.jsonl`;
  const lines: Line[] = (await Deno.readTextFile(path)).trim().split("\n")
    .map((line) => JSON.parse(line));
  change(lines);
  const end = lines.pop()!;
  const before = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const files = lines.slice(1);
  end.sha256 = createHash("sha256").update(before).digest("hex");
  end.files = files.length;
  end.octets = files.reduce((sum, { octets }) => sum + Number(octets), 0);
  await Deno.writeTextFile(path, `${before}${JSON.stringify(end)}\n`);
}

function forgedPath(named: string): Damage {
  return {
    problem: /names a path outside of it/,
    damage: (backup) =>
      forge(backup, (lines) => {
        lines[1]!.path = named;
      }),
  };
}

const CASES: Record<string, Damage> = {
  "a flipped bit in a content": {
    problem: /blobs\/.* has changed/,
    damage: (_, content) => flip(content, 100_000),
  },
  "a flipped bit in the database": {
    problem: /chat\.db has changed/,
    damage: (backup) => flip(`${backup}/state/chat.db`, 50_000),
  },
  "a flipped bit in a key": {
    problem: /key\.pem has changed/,
    damage: (backup) => flip(`${backup}/state/dkim/key.pem`, 1),
  },
  "a flipped bit in the manifest": {
    problem: /manifest/,
    damage: (backup) => flip(`${backup}/manifest.jsonl`, 200),
  },
  "a missing content": {
    problem: /blobs\/.* is missing/,
    damage: (_, content) => Deno.remove(content),
  },
  "a missing database": {
    problem: /chat\.db is missing/,
    damage: (backup) => Deno.remove(`${backup}/state/chat.db`),
  },
  "a missing manifest": {
    problem: /no manifest/,
    damage: (backup) => Deno.remove(`${backup}/manifest.jsonl`),
  },
  "a database that lost its end": {
    problem: /chat\.db has 8192 of \d+ octets/,
    damage: (backup) => Deno.truncate(`${backup}/state/chat.db`, 8192),
  },
  "a manifest that lost its end": {
    problem: /manifest is cut off/,
    damage: (backup) => Deno.truncate(`${backup}/manifest.jsonl`, 300),
  },
  "a link in place of a file": {
    problem: /neither a file nor a directory/,
    async damage(backup) {
      await Deno.remove(`${backup}/state/dkim/key.pem`);
      await Deno.symlink("/etc/hostname", `${backup}/state/dkim/key.pem`);
    },
  },
  "a link in place of a directory": {
    problem: /neither a file nor a directory/,
    async damage(backup) {
      await Deno.remove(`${backup}/state/dkim`, { recursive: true });
      await Deno.symlink("/etc", `${backup}/state/dkim`);
    },
  },
  "a database that misses a message, with a manifest that fits it": {
    problem: /not 1 and 3$/,
    damage: (backup) =>
      forge(backup, (lines) => {
        lines.at(-1)!.messages = 3;
      }),
  },
  "a manifest that names a file twice": {
    problem: /out of order/,
    damage: (backup) =>
      forge(backup, (lines) => {
        lines.splice(1, 0, { ...lines[1]! });
      }),
  },
  "a manifest of a later format": {
    problem: /format 2/,
    damage: (backup) =>
      forge(backup, (lines) => {
        lines[0]!.version = 2;
      }),
  },
  "a manifest with its database elsewhere": {
    problem: /database outside/,
    damage: (backup) =>
      forge(backup, (lines) => {
        lines[0]!.database = "../../chat.db";
      }),
  },
  "a manifest with a line without end": {
    problem: /too long/,
    damage: (backup) =>
      Deno.writeTextFile(`${backup}/manifest.jsonl`, "x".repeat(200_000)),
  },
  "a path upwards": forgedPath("../outside"),
  "a path upwards from within": forgedPath("state/../../outside"),
  "a path from the root": forgedPath("/etc/passwd"),
  "a path with a control character": forgedPath("state/a\0b"),
  "an empty path": forgedPath(""),
  "a path without end": forgedPath("a/".repeat(500)),
};

for (const [name, { problem, damage }] of Object.entries(CASES)) {
  backupTest(`${name} is found, and nothing is restored`, async (world) => {
    const { backups, scratch, stateDir } = world;
    const { path } = await backups.create({});
    const [content] = [...filesIn(`${path}/state/blobs`)];
    await damage(path, `${path}/state/blobs/${content!.path}`);

    const { problems } = await verifyBackup(path);
    assert.match(problems.join("\n"), problem);

    const target = `${scratch}/new`;
    await Deno.mkdir(target);
    const before = [...filesIn(scratch, { plainOnly: true })].length;
    await assert.rejects(
      restoreBackup(directorySource(path), {
        stateDir: target,
        database: "chat.db",
      }),
      { name: /BackupFault|Refusal/ },
    );
    assert.deepEqual([...Deno.readDirSync(target)], []);
    assert.equal([...filesIn(scratch, { plainOnly: true })].length, before);
    assert.ok((await Deno.stat(`${stateDir}/chat.db`)).isFile);
  });
}

backupTest("a file too many is found, and is not restored", async (world) => {
  const { backups, scratch } = world;
  const { path } = await backups.create({});
  await Deno.writeTextFile(`${path}/state/chat.db-wal`, "more");
  const { problems } = await verifyBackup(path);
  assert.deepEqual(problems, ["state/chat.db-wal is not of this backup"]);
  const stateDir = `${scratch}/new`;
  await Deno.mkdir(stateDir);
  await restoreBackup(directorySource(path), { stateDir, database: "chat.db" });
  const names = [...Deno.readDirSync(stateDir)].map(({ name }) => name).sort();
  assert.deepEqual(names, ["blobs", "chat.db", "dkim"]);
});

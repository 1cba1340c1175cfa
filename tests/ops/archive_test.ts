/** Backups as one stream, encrypted or not: what was packed comes out, and nothing else. @module */
import assert from "node:assert/strict";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
// @ts-types="@types/tar-stream"
import * as tar from "tar-stream";
import { packBackup } from "../../src/ops/backup/archive.ts";
import {
  type DecryptionKey,
  encrypterFor,
  type EncryptionKey,
} from "../../src/ops/backup/encryption.ts";
import { filesIn } from "../../src/ops/backup/paths.ts";
import { restoreBackup } from "../../src/ops/backup/restore.ts";
import { backupSource } from "../../src/ops/backup/source.ts";
import { writeArchive } from "../../src/ops/backup/write_archive.ts";
import { inboxOf } from "../store/store_world.ts";
import { openTestStore } from "../store/engines.ts";
import { backupTest, type BackupWorld } from "./backup_world.ts";

type Key = DecryptionKey | undefined;

async function archive(
  { backups, scratch }: BackupWorld,
  key?: EncryptionKey,
): Promise<string> {
  const { path } = await backups.create({});
  const packed = packBackup(path);
  const octets = key ? await encrypterFor(key)(packed) : packed;
  const file = `${scratch}/archive`;
  await writeArchive(octets, file, { overwrite: false });
  return file;
}

/** Gives where it was restored to. */
async function restored(
  { scratch }: BackupWorld,
  file: string,
  key?: Key,
): Promise<string> {
  const stateDir = `${scratch}/new`;
  await Deno.mkdir(stateDir, { recursive: true });
  const source = await backupSource(file, key);
  await restoreBackup(source, { stateDir, database: "chat.db" });
  return stateDir;
}

async function keys(): Promise<Record<string, [EncryptionKey, DecryptionKey]>> {
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const passphrase = "a long passphrase";
  return {
    recipient: [{ recipient }, { identity }],
    passphrase: [{ passphrase }, { passphrase }],
  };
}

backupTest("an archive brings back what was packed", async (world) => {
  const file = await archive(world);
  assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
  const stateDir = await restored(world, file);
  const store = await openTestStore({ stateDir });
  assert.equal((await inboxOf(store, world.account)).exists, 2);
  await store.close();
  assert.equal(await Deno.readTextFile(`${stateDir}/dkim/key.pem`), "a key");
});

for (const kind of ["recipient", "passphrase"]) {
  backupTest(
    `an archive that is encrypted to a ${kind} needs its key`,
    async (world) => {
      const [to, from] = (await keys())[kind]!;
      const file = await archive(world, to);
      const others = await keys();
      for (
        const wrong of [undefined, others.recipient![1]]
      ) {
        await assert.rejects(restored(world, file, wrong), {
          name: "BackupFault",
        });
      }
      assert.deepEqual([...filesIn(`${world.scratch}/new`)], []);
      await restored(world, file, from);
    },
  );
}

backupTest(
  "an archive that was cut or changed anywhere restores nothing",
  async (world) => {
    const file = await archive(world);
    const octets = await Deno.readFile(file);
    for (const at of [0, 3, 10, 100, 0.3, 0.6, 0.9]) {
      const place = at >= 1 || at === 0 ? at : Math.floor(at * octets.length);
      const changed = octets.slice();
      changed[place]! ^= 0x55;
      await Deno.writeFile(`${file}.changed`, changed);
      await Deno.writeFile(`${file}.cut`, octets.subarray(0, place));
      for (const damaged of [`${file}.changed`, `${file}.cut`]) {
        await assert.rejects(restored(world, damaged), {
          name: /BackupFault|Refusal/,
        });
        assert.deepEqual([...filesIn(`${world.scratch}/new`)], []);
      }
    }
  },
);

interface Entry {
  readonly name: string;
  readonly text?: string;
  readonly type?: "symlink" | "link" | "directory" | "character-device";
  readonly linkname?: string;
}

async function forged(file: string, entries: readonly Entry[]): Promise<void> {
  const pack = tar.pack();
  for (const { text = "", ...header } of entries) pack.entry(header, text);
  pack.finalize();
  const octets = ReadableStream.from<Uint8Array>(pack)
    .pipeThrough(
      new CompressionStream("gzip") as ReadableWritablePair<
        Uint8Array,
        Uint8Array
      >,
    );
  await writeArchive(octets, file, { overwrite: true });
}

backupTest(
  "a forged archive writes nothing beside its own files",
  async (world) => {
    const { backups, scratch } = world;
    const { path } = await backups.create({});
    const manifest = {
      name: "manifest.jsonl",
      text: await Deno.readTextFile(`${path}/manifest.jsonl`),
    };
    const file = `${scratch}/forged`;
    const cases: readonly (readonly Entry[])[] = [
      [],
      [{ name: "../outside", text: "x" }],
      [{ name: "state/chat.db", text: "x" }],
      [manifest],
      [manifest, { name: "../outside", text: "x" }],
      [manifest, { name: `${scratch}/outside`, text: "x" }],
      [manifest, { name: "state", type: "symlink", linkname: "/etc" }],
      [manifest, { name: "state/a", type: "link", linkname: "/etc/passwd" }],
      [manifest, { name: "state", type: "directory" }],
      [manifest, { name: "state/a", type: "character-device" }],
      [manifest, { name: "state/more", text: "x" }],
      [manifest, manifest],
    ];
    for (const entries of cases) {
      await forged(file, entries);
      const before = [...filesIn(scratch)].length;
      await assert.rejects(restored(world, file), { name: "BackupFault" });
      assert.equal([...filesIn(scratch)].length, before);
    }
  },
);

backupTest(
  "an archive is written whole or not at all, and over nothing",
  async (world) => {
    const file = await archive(world);
    const { path } = await world.backups.create({});
    await assert.rejects(
      writeArchive(packBackup(path), file, { overwrite: false }),
      { code: "already_exists" },
    );
    await Deno.remove(`${path}/state/dkim/key.pem`);
    const before = await Deno.readFile(file);
    await assert.rejects(
      writeArchive(packBackup(path), file, { overwrite: true }),
    );
    assert.deepEqual(await Deno.readFile(file), before);
    const parts = [...Deno.readDirSync(world.scratch)]
      .filter(({ name }) => name.includes(".part-"));
    assert.deepEqual(parts, []);
  },
);

Deno.test("what is no key is refused without being shown", () => {
  for (const recipient of ["", "age1x", "AGE-SECRET-KEY-1QQQ"]) {
    assert.throws(() => encrypterFor({ recipient }), {
      name: "SyntaxError",
      message: "That is no age recipient",
    });
  }
});

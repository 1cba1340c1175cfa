/** A database that no server can start with: what commands say of it, and what mends it. @module */
import assert from "node:assert/strict";
import { Installation } from "./command_line.ts";

const PAGE = 4096;

/** So many pages from there on are overwritten; none: all of them. */
const DAMAGES: readonly [name: string, from: number, pages?: number][] = [
  ["tables", 2, 40],
  ["everything but the header", 1],
  ["everything", 0],
];

function damage(path: string, from: number, pages?: number): void {
  using file = Deno.openSync(path, { write: true });
  const { size } = file.statSync();
  const end = pages === undefined
    ? size
    : Math.min(size, (from + pages) * PAGE);
  file.seekSync(from * PAGE, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(end - from * PAGE).fill(0x5a));
}

for (const [name, from, pages] of DAMAGES) {
  Deno.test(`a database that is damaged is said to be, and is brought back: ${name}`, async () => {
    const relay = new Installation();
    try {
      await relay.run("accounts create anna1234 -p correct-horse");
      const made = await relay.run("backup create --json");
      assert.equal(made.exit, 0, made.err);
      const backup = JSON.parse(made.out).data.name;
      damage(`${relay.directory}/state/chat.db`, from, pages);

      const checked = await relay.run("db check --json");
      assert.equal(checked.exit, 1, checked.err);
      const { ok, problem } = JSON.parse(checked.out).data;
      assert.equal(ok, false);
      assert.ok(problem.length > 0);

      const doctor = await relay.run("doctor --json");
      assert.equal(doctor.exit, 1, doctor.err);
      const found = JSON.parse(doctor.out).data
        .find(({ id }: { id: string }) => id === "db");
      assert.equal(found?.status, "fail", doctor.out);
      assert.match(found.detail, /damaged/);
      assert.match(found.remedy, /backup restore BACKUP --force/);

      const restored = await relay.run(`backup restore ${backup} --force`);
      assert.equal(restored.exit, 0, restored.err);
      const { out } = await relay.run("accounts list --json");
      assert.equal(JSON.parse(out).data.total, 1);
    } finally {
      relay.dispose();
    }
  });
}

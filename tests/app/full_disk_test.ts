/** A disk without any room left, which is one of its own where that is allowed (mount(8)). */
import assert from "node:assert/strict";
import { Installation } from "../cli/command_line.ts";
import { Server } from "../harness/server.ts";
import { happens } from "../harness/until.ts";

const PASSWORD = "longenough-in-octets";

async function mounted(
  size: string,
  work: (path: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "postern-full-" });
  await run("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path);
  try {
    await work(path);
  } finally {
    await run("umount", "--lazy", path);
    await Deno.remove(path);
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args }).output();
  assert.ok(success, `${command} ${args.join(" ")}`);
}

const CAN_MOUNT = await mounted("1m", () => Promise.resolve())
  .then(() => true, () => false);

/** Takes all that is left, to the last page. */
async function fill(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  for (const octets of [65_536, 4096]) {
    try {
      for (;;) await file.write(new Uint8Array(octets));
    } catch (error) {
      assert.match(String(error), /ENOSPC|No space|os error 28/i);
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

Deno.test({
  name:
    "on a disk without any room accounts can be deleted, and a relay starts",
  ignore: !CAN_MOUNT,
  async fn() {
    await mounted("64m", async (disk) => {
      const stateDir = `${disk}/state`;
      await Deno.mkdir(stateDir);
      const server = await Server.start({ stateDir });
      try {
        for (const name of ["anna", "bert", "carl"]) {
          await server.command(
            "accounts",
            "create",
            name,
            "--password",
            PASSWORD,
          );
        }
        const ballast = `${stateDir}/ballast`;
        await happens(() => isThere(ballast));
        await fill(`${disk}/logs`);
        await server.command("accounts", "delete", "anna", "--yes");
        await Deno.remove(`${disk}/logs`);

        await server.end("SIGTERM");
        await server.run();
        await happens(() => isThere(ballast));
        await server.end("SIGTERM");
        await fill(`${disk}/logs`);
        await server.command("accounts", "delete", "bert", "--yes");
        assert.ok(!await isThere(ballast));
        await server.run();
        await server.command("accounts", "delete", "carl", "--yes");
        const left = await server.command("accounts", "list", "--json");
        assert.equal(JSON.parse(left).data.total, 0);
      } finally {
        await server.dispose();
      }
    });
  },
});

Deno.test({
  name: "a first start on a disk without any room says where that is",
  ignore: !CAN_MOUNT,
  async fn() {
    await mounted("1m", async (disk) => {
      const installation = new Installation("", disk);
      await Deno.mkdir(`${installation.directory}/state`);
      await fill(`${disk}/logs`);
      const { exit, err } = await installation.run("run");
      assert.equal(exit, 1, err);
      assert.match(err, /^postern: .*<dir>\/state\S*: the disk is full\n$/);
      await Deno.remove(`${disk}/logs`);
      installation.dispose();
    });
  },
});

/**
 * Data of the commit before are served by this one, and, where the schema of
 * the database is the same, by that one again.
 */
import assert from "node:assert/strict";
import { ImapClient } from "../harness/imap_client.ts";
import {
  encryptedPayload,
  messageId,
  messageOctets,
} from "../harness/message.ts";
import { DOMAIN, Server, type ServerOptions } from "../harness/server.ts";
import { REPOSITORY } from "../harness/server_process.ts";
import { SmtpClient } from "../harness/smtp_client.ts";

const ADDRESS = `somebody@${DOMAIN}`;
const PASSWORD = "a password of somebody";
const WORKTREE = "build/commit-before";

async function git(...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command("git", {
    args: ["-C", REPOSITORY, ...args],
    stdout: "null",
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  return success;
}

async function schemaOf(main: string): Promise<number | undefined> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      `${REPOSITORY}${main}`,
      "version",
      "--json",
    ],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).data.schema;
}

/** One life of a server: what is there, and one message more. */
async function life(
  options: ServerOptions,
  before: readonly string[],
  id: string,
): Promise<void> {
  const server = await Server.start(options);
  try {
    const certificate = await server.certificate();
    const reader = await ImapClient.connect(server.ports.imapTls, certificate);
    await reader.login(ADDRESS, PASSWORD);
    await reader.expectOk("SELECT INBOX");
    const found = await reader.fetch("1:*");
    assert.deepEqual(
      found.map(({ octets }) => octets && messageId(octets)),
      before,
    );
    reader.close();
    const sender = await SmtpClient.submit(
      server.ports.submissionTls,
      certificate,
      ADDRESS,
      PASSWORD,
    );
    const payload = await encryptedPayload(1000);
    await sender.send(
      [ADDRESS],
      messageOctets({ from: ADDRESS, id, payload }),
    );
    sender.close();
    assert.equal((await server.end("SIGTERM")).code, 0);
  } finally {
    await server.dispose();
  }
}

const hasHistory = await git("rev-parse", "--verify", "HEAD~1");

Deno.test({
  name: hasHistory
    ? "data of the commit before, of this one, and back"
    : "data of the commit before: there is no history here",
  ignore: !hasHistory,
  async fn() {
    const stateDir = await Deno.makeTempDir({ prefix: "postern-matrix-" });
    await git("worktree", "remove", "--force", WORKTREE);
    assert.ok(await git("worktree", "add", "--detach", WORKTREE, "HEAD~1"));
    try {
      const { success } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "scripts/bundle.ts"],
        cwd: `${REPOSITORY}${WORKTREE}`,
        stdout: "null",
      }).output();
      assert.ok(success, "what browsers load can be made");
      const main = `${WORKTREE}/main.ts`;
      await life({ stateDir, main }, [], "one");
      await life({ stateDir }, ["one"], "two");
      if (await schemaOf(main) === await schemaOf("main.ts")) {
        await life({ stateDir, main }, ["one", "two"], "three");
      }
    } finally {
      await git("worktree", "remove", "--force", WORKTREE);
      await Deno.remove(stateDir, { recursive: true });
    }
  },
});

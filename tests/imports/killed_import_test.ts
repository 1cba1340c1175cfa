import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Installation } from "../cli/command_line.ts";
import { writeAccount, writeMailbox } from "./relay_tree.ts";

const ACCOUNTS = 30;
const MESSAGES = 70;
const KILLS = 3;
/** Who is quicker than we are is tried again. */
const TRIES = 20;
const MAIN = new URL("../../main.ts", import.meta.url).pathname;

function addressOf(index: number): string {
  return `person${100 + index}@chat.example`;
}

/** Even ones have UIDs, odd ones do not; every seventh is a file of its own in the store. */
async function writeTree(root: string): Promise<void> {
  for (let account = 0; account < ACCOUNTS; account++) {
    const home = await writeAccount(root, addressOf(account));
    const messages = Array.from({ length: MESSAGES }, (_, i) => ({
      text: `Subject: ${account} ${i}\n\n${
        "x".repeat(i % 7 === 0 ? 70_000 : 10)
      }\n`,
      ...(i % 2 === 0 ? { uid: 10 + i } : {}),
    }));
    await writeMailbox(home, {
      directory: "",
      uidValidity: 1_700_000_000 + account,
      uidNext: 10 + MESSAGES,
      messages,
    });
  }
}

function start(relay: Installation, root: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, "import-relay", root, "--json"],
    env: relay.environment,
    stdout: "null",
    stderr: "null",
  }).spawn();
}

function count(relay: Installation): number {
  try {
    using db = new DatabaseSync(`${relay.directory}/state/chat.db`, {
      readOnly: true,
    });
    return Number(db.prepare("SELECT count(*) AS n FROM messages").get()!.n);
  } catch {
    return 0; // there is none yet
  }
}

/** Kills it once it has taken more than that many, wherever it is then. */
async function killAfter(
  relay: Installation,
  root: string,
  messages: number,
): Promise<void> {
  const child = start(relay, root);
  let ended = false;
  const status = child.status.then(() => ended = true);
  while (!ended && count(relay) < messages) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (!ended) child.kill("SIGKILL");
  await status;
}

/** A relay whose import was killed again and again, each time before its end. */
async function killedAgainAndAgain(root: string): Promise<Installation> {
  const all = ACCOUNTS * MESSAGES;
  for (let tries = 0; tries < TRIES; tries++) {
    const relay = new Installation();
    for (let kill = 1; kill <= KILLS; kill++) {
      await killAfter(relay, root, Math.floor(all * kill / (KILLS + 1)));
    }
    if (count(relay) < all) return relay;
    relay.dispose();
  }
  return assert.fail("it was not killed in time");
}

Deno.test("an import that is killed goes on and takes nothing twice", async () => {
  let relay: Installation | undefined;
  const root = await Deno.makeTempDir({ prefix: "postern-tree-" });
  try {
    await writeTree(root);
    relay = await killedAgainAndAgain(root);
    const { exit, out, err } = await relay.run(`import-relay ${root} --json`);
    assert.equal(exit, 0, err);
    const { data } = JSON.parse(out);
    assert.equal(data.unreadable + data.renumbered, 0);
    using db = new DatabaseSync(`${relay.directory}/state/chat.db`);
    const rows = db.prepare(
      `SELECT address, uid_validity AS validity, count(DISTINCT uid) AS uids,
         count(*) AS n, sum(uid < 10 + ?) AS kept, exists_count AS counted
       FROM messages JOIN mailboxes ON mailboxes.id = mailbox_id
       JOIN accounts ON accounts.id = account_id
       GROUP BY mailbox_id ORDER BY address`,
    ).all(MESSAGES);
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      Array.from({ length: ACCOUNTS }, (_, account) => ({
        address: addressOf(account),
        validity: 1_700_000_000 + account,
        uids: MESSAGES,
        n: MESSAGES,
        kept: MESSAGES / 2,
        counted: MESSAGES,
      })),
    );
  } finally {
    relay?.dispose();
    await Deno.remove(root, { recursive: true });
  }
});

/** Kills a process that writes, again and again, and compares with its ledger. @module */
import assert from "node:assert/strict";
import type { AccountId } from "../../src/base/ids.ts";
import type { Store } from "../../src/store/store.ts";
import { openStore } from "../../src/store/sqlite/open.ts";
import { address, HEADER, randomNumbers, textOf, uid } from "./store_world.ts";

const ROUNDS = Number(Deno.env.get("CRASH_ROUNDS") ?? 4);
const SEED = Number(Deno.env.get("CRASH_SEED") ?? 7);
const DRIVER = new URL("./crash_driver.ts", import.meta.url).href;

/** What the driver was told is durable. */
interface Ledger {
  /** Message to the names of its recipients. */
  readonly delivered: Map<string, readonly string[]>;
  /** "name message" of those that may be gone. */
  readonly expunging: Set<string>;
  /** "name uid" of those that must be. */
  readonly expunged: Set<string>;
}

Deno.test("kill -9 loses nothing that was acknowledged", async () => {
  const stateDir = await Deno.makeTempDir({ prefix: "crash_test" });
  const random = randomNumbers(SEED);
  const ledger: Ledger = {
    delivered: new Map(),
    expunging: new Set(),
    expunged: new Set(),
  };
  const messageAt = new Map<string, string>();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await runAndKill(stateDir, ledger, round, 5 + random(150));
      const store = await openStore({ stateDir, minFreeOctets: 0 });
      await compare(store, ledger, messageAt);
      await store.close();
    }
    assert.ok(ledger.delivered.size > 0);
  } finally {
    await Deno.remove(stateDir, { recursive: true });
  }
});

/** Reads what the driver says until it has said enough, then kills it. */
async function runAndKill(
  stateDir: string,
  ledger: Ledger,
  round: number,
  lines: number,
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", DRIVER, stateDir, String(round)],
    stdout: "piped",
  }).spawn();
  let text = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (lines > 0 && text.split("\n").length > lines) {
      lines = 0;
      child.kill("SIGKILL");
    }
  }
  await child.status;
  for (const line of text.split("\n").slice(0, -1)) note(ledger, line);
}

function note(ledger: Ledger, line: string): void {
  const [kind, subject, ...rest] = line.split(" ");
  if (kind === "delivered") ledger.delivered.set(subject!, rest);
  if (kind === "expunging") ledger.expunging.add(`${subject} ${rest[1]}`);
  if (kind === "expunged") ledger.expunged.add(`${subject} ${rest[0]}`);
}

async function compare(
  store: Store,
  ledger: Ledger,
  messageAt: Map<string, string>,
): Promise<void> {
  const found = new Map<string, number>();
  for (const name of ["ann", "bob", "cat"]) {
    const account = await store.accounts.find(address(name));
    if (account) {
      await readAll(store, name, account.id, { ledger, found, messageAt });
    }
  }
  for (const [message, names] of ledger.delivered) {
    for (const name of names) {
      const key = `${name} ${message}`;
      if (ledger.expunging.has(key)) continue;
      assert.equal(found.get(key), 1, `${key} is missing`);
    }
  }
  const { repaired } = await store.maintenance.recountUsage();
  assert.equal(repaired, 0, "counters differ from the recount");
  assert.equal(await store.maintenance.check(), undefined);
}

interface Seen {
  readonly ledger: Ledger;
  readonly found: Map<string, number>;
  readonly messageAt: Map<string, string>;
}

async function readAll(
  store: Store,
  name: string,
  account: AccountId,
  { ledger, found, messageAt }: Seen,
): Promise<void> {
  const inbox = await store.mail.inbox(account);
  const everything = { first: uid(1), last: uid(0xffff_ffff) };
  const rows = await store.mail.messages(inbox.id, everything, 100_000);
  assert.equal(inbox.exists, rows.length);
  for (const row of rows) {
    assert.ok(row.uid < inbox.uidNext);
    assert.ok(!ledger.expunged.has(`${name} ${row.uid}`), "expunged, yet here");
    const text = await textOf(await store.mail.body(row.blob));
    assert.equal(text?.length, row.sizeOctets);
    const message = text.slice(HEADER.length).split(" ")[0];
    const key = `${name} ${message}`;
    const owner = messageAt.get(`${name} ${row.uid}`) ?? message;
    assert.equal(message, owner, "a UID was given out twice");
    messageAt.set(`${name} ${row.uid}`, message!);
    found.set(key, (found.get(key) ?? 0) + 1);
    assert.equal(found.get(key), 1, `${key} is there twice`);
  }
}

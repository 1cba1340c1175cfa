/** Kills a process that writes, again and again, and compares with its ledger. @module */
import assert from "node:assert/strict";
import type { AccountId } from "../../src/base/ids.ts";
import type { Store } from "../../src/store/store.ts";
import { openTestStore } from "./engines.ts";
import { localPart } from "../../src/mail/address.ts";
import type { QueueCursor } from "../../src/store/queue.ts";
import { acceptOnce, type Leaves } from "./crash_driver.ts";
import {
  address,
  HEADER,
  inboxOf,
  mailOf,
  randomNumbers,
  textOf,
  uid,
} from "./store_world.ts";

const ROUNDS = Number(Deno.env.get("CRASH_ROUNDS") ?? 4);
const SEED = Number(Deno.env.get("CRASH_SEED") ?? 7);
const DRIVER = new URL("./crash_driver.ts", import.meta.url).href;

/** What the driver was told is durable. */
interface Ledger {
  /** Messages that may have been accepted, and would be sent again. */
  readonly accepting: Map<string, string[]>;
  /** Messages that were to go elsewhere. */
  readonly queued: Set<string>;
  /** Those that may be gone from the queue, and those that must be. */
  readonly sending: Set<string>;
  readonly sent: Set<string>;
  /** Messages of whose recipients one was refused, until it was reported. */
  readonly refused: Set<string>;
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
    accepting: new Map(),
    queued: new Set(),
    sending: new Set(),
    sent: new Set(),
    refused: new Set(),
    delivered: new Map(),
    expunging: new Set(),
    expunged: new Set(),
  };
  const messageAt = new Map<string, string>();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await runAndKill(stateDir, ledger, round, 5 + random(150));
      const store = await openTestStore({ stateDir, durable: true });
      await acceptAgain(store, ledger);
      await compare(store, ledger, messageAt);
      await compareQueue(store, ledger);
      await store.close();
    }
    assert.ok(ledger.delivered.size > 0);
    assert.ok(ledger.sent.size > 0);
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
  if (kind === "accepting") ledger.accepting.set(subject!, rest);
  if (kind === "delivered") noteAccepted(ledger, subject!, rest);
  if (kind === "sending") ledger.sending.add(subject!);
  if (kind === "sent") ledger.sent.add(subject!);
  if (kind === "reported") {
    ledger.delivered.set(subject!, ["ann"]);
    ledger.refused.delete(subject!.slice("report-".length));
  }
  if (kind === "expunging") ledger.expunging.add(`${subject} ${rest[1]}`);
  if (kind === "expunged") ledger.expunged.add(`${subject} ${rest[0]}`);
}

function noteAccepted(
  ledger: Ledger,
  message: string,
  [leaves, ...names]: string[],
): void {
  ledger.accepting.delete(message);
  ledger.delivered.set(message, names);
  if (leaves !== "here") ledger.queued.add(message);
  if (leaves === "far+foe") ledger.refused.add(message);
}

/** Whoever had no answer asks again: some have been accepted before, and some not. */
async function acceptAgain(store: Store, ledger: Ledger): Promise<void> {
  for (const [message, words] of [...ledger.accepting]) {
    const [leaves, ...names] = words;
    const accounts = await Promise.all(
      names.map((name) => store.accounts.find(address(name))),
    );
    for (let again = 0; again < 2; again++) {
      await acceptOnce(store, {
        message,
        leaves: leaves as Leaves,
        accounts: accounts.map((account) => account!.id),
        padding: "",
      });
    }
    noteAccepted(ledger, message, words);
  }
}

/** All that leaves is in the queue once, or was being sent; all that was refused is to be reported, or is. */
async function compareQueue(store: Store, ledger: Ledger): Promise<void> {
  const waiting = new Set<string>();
  const failed = new Set<string>();
  let after: QueueCursor | undefined;
  do {
    const page = await store.queue.list({
      limit: 500,
      ...(after && { after }),
    });
    for (const { message, address: whom, state } of page.recipients) {
      const name = localPart(whom);
      const found = state === "failed" ? failed : waiting;
      assert.ok(!found.has(name), `${whom} is queued twice`);
      found.add(name);
      if (state === "failed") continue;
      const text = await textOf(await store.queue.body(message));
      assert.equal(text?.slice(HEADER.length).split(" ")[0], name);
    }
    after = page.next;
  } while (after);
  for (const name of ledger.queued) {
    if (ledger.sent.has(name)) {
      assert.ok(!waiting.has(name), `${name} was sent, yet waits`);
    } else if (!ledger.sending.has(name)) {
      assert.ok(waiting.has(name), `${name} is lost to the queue`);
    }
  }
  await compareReports(store, ledger, failed);
  const { waiting: count } = await store.queue.summary();
  assert.equal(count, waiting.size);
}

async function compareReports(
  store: Store,
  ledger: Ledger,
  failed: ReadonlySet<string>,
): Promise<void> {
  const ann = (await store.accounts.find(address("ann")))!;
  const reported = new Set<string>();
  const inbox = await inboxOf(store, ann.id);
  const everything = { first: uid(1), last: uid(0xffff_ffff) };
  for (
    const row of await mailOf(store, inbox.account).messages(
      inbox.id,
      everything,
      100_000,
    )
  ) {
    const text = await textOf(
      await mailOf(store, inbox.account).body(inbox.id, row.uid),
    );
    const [word = ""] = text!.slice(HEADER.length).split(" ");
    if (word.startsWith("report-")) reported.add(word.slice("report-".length));
  }
  for (const message of [...ledger.refused]) {
    if (failed.has(message)) {
      assert.ok(!reported.has(message), `${message} would be reported twice`);
    } else if (!ledger.expunging.has(`ann report-${message}`)) {
      assert.ok(reported.has(message), `the report of ${message} is lost`);
    }
  }
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
  const inbox = await inboxOf(store, account);
  const everything = { first: uid(1), last: uid(0xffff_ffff) };
  const rows = await mailOf(store, inbox.account).messages(
    inbox.id,
    everything,
    100_000,
  );
  assert.equal(inbox.exists, rows.length);
  for (const row of rows) {
    assert.ok(row.uid < inbox.uidNext);
    assert.ok(!ledger.expunged.has(`${name} ${row.uid}`), "expunged, yet here");
    const text = await textOf(
      await mailOf(store, inbox.account).body(inbox.id, row.uid),
    );
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

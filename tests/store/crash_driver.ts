/** The process that crash_test.ts kills: it writes, and says what is durable. @module */
import { DELETED } from "../../src/mail/mailbox.ts";
import type { AccountId } from "../../src/base/ids.ts";
import { localPart } from "../../src/mail/address.ts";
import type { Store } from "../../src/store/store.ts";
import { openTestStore } from "./engines.ts";
import {
  acceptFor,
  claim,
  outboundTo,
  recipient,
  REFUSED,
  settle,
} from "./queue_world.ts";
import {
  addAccount,
  address,
  HEADER,
  inboxOf,
  mailOf,
  randomNumbers,
  range,
  textOf,
} from "./store_world.ts";

const PARALLEL = 8;
const NAMES = ["ann", "bob", "cat"];

async function run(store: Store, round: string, session: number) {
  const random = randomNumbers(Number(round) * 100 + session);
  for (let i = 0;; i++) {
    const names = NAMES.filter(() => random(2) === 0);
    const accounts = await Promise.all(
      names.map((name) => store.accounts.find(address(name))),
    );
    const message = `${round}-${session}-${i}`;
    const padding = "x".repeat(random(10) === 0 ? 100_000 : random(4000));
    const leaves = LEAVES[random(LEAVES.length)]!;
    say(`accepting ${message} ${leaves} ${names.join(" ")}`.trimEnd());
    await acceptOnce(store, {
      message,
      leaves,
      accounts: accounts.map((account) => account!.id),
      padding,
    });
    say(`delivered ${message} ${leaves} ${names.join(" ")}`.trimEnd());
    if (session === 0 && i % 3 === 0) await expungeOne(store, random);
  }
}

/** Whether a message goes elsewhere, and to somebody there who is refused. */
export type Leaves = "here" | "far" | "far+foe";
const LEAVES: readonly Leaves[] = ["here", "far", "far+foe"];

export interface CrashMessage {
  readonly message: string;
  readonly leaves: Leaves;
  readonly accounts: readonly AccountId[];
  readonly padding: string;
}

/** As somebody does who asks again until there is an answer. */
export async function acceptOnce(
  store: Store,
  { message, leaves, accounts, padding }: CrashMessage,
): Promise<void> {
  const ann = (await store.accounts.find(address("ann")))!;
  const key = new TextEncoder().encode(message);
  const recipients = [
    recipient(`${message}@d${message.length % 3}.example`),
    ...(leaves === "far+foe"
      ? [recipient(`${message}@foe.example`, REFUSED)]
      : []),
  ];
  await acceptFor(store, {
    recipients: accounts,
    key: { octets: key, of: "message", seconds: 3600 },
    ...(leaves !== "here" && {
      outbound: outboundTo(recipients, {
        account: ann.id,
        messageId: message,
      }),
    }),
  }, `${message} ${padding}`);
}

/** Sends what waits, for ever. */
async function send(store: Store) {
  await store.queue.resume("sender", { afterSeconds: 0, withinSeconds: 0 });
  for (;;) {
    const units = await claim(store, { units: 4 });
    for (const { recipients } of units) {
      for (const one of recipients) say(`sending ${localPart(one.address)}`);
    }
    for (const unit of units) {
      await settle(store, unit, { kind: "delivered" });
      for (const one of unit.recipients) say(`sent ${localPart(one.address)}`);
    }
    if (units.length === 0) await pause();
  }
}

/** Tells of what was refused, for ever. */
async function report(store: Store) {
  for (;;) {
    const failures = await store.queue.failures(undefined, 10);
    for (const { message, messageId, account, recipients } of failures) {
      await acceptFor(store, {
        recipients: [account],
        reports: { message, recipients: recipients.map(({ n }) => n) },
      }, `report-${messageId} `);
      say(`reported report-${messageId}`);
    }
    if (failures.length === 0) await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

async function expungeOne(store: Store, random: (below: number) => number) {
  const name = NAMES[random(NAMES.length)]!;
  const { id } = (await store.accounts.find(address(name)))!;
  const inbox = await inboxOf(store, id);
  const { uids } = await mailOf(store, inbox.account).snapshot(inbox.id);
  const uid = uids[random(uids.length)];
  if (uid === undefined) return;
  const [row] = await mailOf(store, inbox.account).messages(
    inbox.id,
    range(uid),
    1,
  );
  const body = row &&
    await textOf(await mailOf(store, inbox.account).body(inbox.id, row.uid));
  if (body === undefined) return;
  const message = body.slice(HEADER.length).split(" ")[0];
  say(`expunging ${name} ${uid} ${message}`);
  const change = { mailbox: inbox.id, uids: [range(uid)], keywords: [] };
  await mailOf(store, inbox.account).storeFlags({
    ...change,
    mode: "add",
    flags: DELETED,
  });
  await mailOf(store, inbox.account).expunge(inbox.id, [range(uid)]);
  say(`expunged ${name} ${uid}`);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const [stateDir, round] = Deno.args;
  const store = await openTestStore({ stateDir: stateDir!, durable: true });
  for (const name of NAMES) {
    const account = await store.accounts.find(address(name));
    if (!account) await addAccount(store, name);
  }
  const sessions = Array.from(
    { length: PARALLEL },
    (_, session) => run(store, round!, session),
  );
  await Promise.all([...sessions, send(store), report(store)]);
}

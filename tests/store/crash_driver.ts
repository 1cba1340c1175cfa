/** The process that crash_test.ts kills: it writes, and says what is durable. @module */
import { DELETED } from "../../src/mail/mailbox.ts";
import type { Store } from "../../src/store/store.ts";
import { openStore } from "../../src/store/sqlite/open.ts";
import {
  addAccount,
  address,
  deliver,
  HEADER,
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
    await deliver(store, accounts.map((a) => a!.id), `${message} ${padding}`);
    say(`delivered ${message} ${names.join(" ")}`.trimEnd());
    if (session === 0 && i % 3 === 0) await expungeOne(store, random);
  }
}

async function expungeOne(store: Store, random: (below: number) => number) {
  const name = NAMES[random(NAMES.length)]!;
  const { id } = (await store.accounts.find(address(name)))!;
  const inbox = await store.mail.inbox(id);
  const { uids } = await store.mail.snapshot(inbox.id);
  const uid = uids[random(uids.length)];
  if (uid === undefined) return;
  const [row] = await store.mail.messages(inbox.id, range(uid), 1);
  const body = row && await textOf(await store.mail.body(row.blob));
  if (body === undefined) return;
  const message = body.slice(HEADER.length).split(" ")[0];
  say(`expunging ${name} ${uid} ${message}`);
  const change = { mailbox: inbox.id, uids: [range(uid)], keywords: [] };
  await store.mail.storeFlags({ ...change, mode: "add", flags: DELETED });
  await store.mail.expunge(inbox.id, [range(uid)]);
  say(`expunged ${name} ${uid}`);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const [stateDir, round] = Deno.args;
  const store = await openStore({ stateDir: stateDir!, minFreeOctets: 0 });
  for (const name of NAMES) {
    const account = await store.accounts.find(address(name));
    if (!account) await addAccount(store, name);
  }
  const sessions = Array.from(
    { length: PARALLEL },
    (_, session) => run(store, round!, session),
  );
  await Promise.all(sessions);
}

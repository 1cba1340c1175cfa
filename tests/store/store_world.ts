/** What the store's tests share: a store of their own, accounts, messages. @module */
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../src/base/clock.ts";
import type { AccountId, Cursor, Uid } from "../../src/base/ids.ts";
import type { Address } from "../../src/mail/address.ts";
import type { AccountMail } from "../../src/mail/account_mail.ts";
import type {
  Mailbox,
  MailboxChange,
  UidRange,
} from "../../src/mail/mailbox.ts";
import type { Content } from "../../src/store/content.ts";
import type {
  MailPolicy,
  QuotaPolicy,
  RecipientResult,
  WalkStep,
} from "../../src/store/mail.ts";
import type { Store } from "../../src/store/store.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import type { SqliteOptions } from "../../src/store/sqlite/options.ts";
import { MemoryAccounts } from "../accounts/memory_accounts.ts";
import { type EngineOptions, ENGINES } from "./engines.ts";

export const START_SECONDS = 1_800_000_000;
const HOP_SECONDS = 3600;
export const HEADER = "Subject: [...]\r\n\r\n";

export const QUOTA: QuotaPolicy = {
  defaultOctets: 2 ** 30,
  whenFull: "expire_oldest",
  trimFrom: 75,
  trimTo: 70,
  protectSeconds: 86_400,
};

/** Moves only when told to. */
export class TestClock implements Clock {
  seconds = START_SECONDS;
  now(): number {
    return this.seconds * 1000;
  }
  monotonic(): number {
    return this.seconds * 1000;
  }
}

export interface TestStore {
  readonly store: Store;
  readonly clock: TestClock;
  /** Opens the same store once more, as another process does. */
  openAgain(): Promise<Store>;
  /** Lets time pass that the store lives through. */
  pass(seconds: number): void;
  /** Closes the store and opens it again. */
  reopen(): Promise<Store>;
}

export interface SqliteTest extends TestStore {
  readonly stateDir: string;
}

/** A test of what every engine promises, on each of them: it cannot look behind the store. */
export function storeTest(
  name: string,
  work: (test: TestStore) => Promise<void>,
  options: Partial<EngineOptions> = {},
): void {
  for (const engine of ENGINES) {
    Deno.test(
      `${engine.name}: ${name}`,
      () => withStore((given) => engine.open({ ...given, ...options }), work),
    );
  }
}

/** What a test of accounts alone has. */
export type AccountsTest =
  & Pick<TestStore, "clock" | "pass">
  & { readonly store: Pick<Store, "accounts"> };

/** A test of what accounts promise: of every engine, and of those in memory. */
export function accountsTest(
  name: string,
  work: (test: AccountsTest) => Promise<void>,
): void {
  storeTest(name, work);
  Deno.test(`in memory: ${name}`, async () => {
    const clock = new TestClock();
    await work({
      store: { accounts: new MemoryAccounts(() => clock.seconds) },
      clock,
      pass: (seconds) => void (clock.seconds += seconds),
    });
  });
}

/** A test of how SQLite keeps it. */
export function sqliteTest(
  name: string,
  work: (test: SqliteTest) => Promise<void>,
  options: Partial<SqliteOptions> = {},
): void {
  const defaults = { minFreeOctets: 0, sync: "off", ...options } as const;
  Deno.test(
    name,
    () => withStore((given) => openSqlite({ ...given, ...defaults }), work),
  );
}

type Given = Pick<SqliteOptions, "stateDir" | "clock" | "onBug">;

/** Gives a store in a directory of its own to `work`. */
async function withStore(
  openWith: (given: Given) => Promise<Store>,
  work: (test: SqliteTest) => Promise<void>,
): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "store_test" });
  const clock = new TestClock();
  const bugs: unknown[] = [];
  const openAgain = () =>
    openWith({ stateDir, clock, onBug: (error) => bugs.push(error) });
  let store = await openAgain();
  const test = {
    get store() {
      return store;
    },
    clock,
    stateDir,
    openAgain,
    pass(seconds: number) {
      for (let left = seconds; left > 0; left -= HOP_SECONDS) {
        clock.seconds += Math.min(left, HOP_SECONDS);
        store.clock.look();
      }
    },
    async reopen() {
      await store.close();
      return store = await openAgain();
    },
  };
  try {
    await work(test);
  } finally {
    await store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
  if (bugs.length > 0) throw bugs[0];
}

export function address(name: string): Address {
  return `${name}@relay.example` as Address;
}

export function addAccount(
  store: Pick<Store, "accounts">,
  name: string,
): Promise<AccountId> {
  return store.accounts.create({
    address: address(name),
    passwordHash: "sha256:salt:digest",
    origin: "jit",
    createdAt: START_SECONDS,
  });
}

/** A message with a header and a body of the given text. */
export async function stage(store: Store, body: string): Promise<Content> {
  const staging = store.staging.stage();
  await staging.write(new TextEncoder().encode(HEADER + body));
  return await staging.finish();
}

export interface DeliverOptions {
  readonly arrivedAt?: number;
  readonly quota?: QuotaPolicy;
  readonly ignoreQuota?: boolean;
  readonly dependentCopy?: AccountId;
}

export async function deliver(
  store: Store,
  recipients: readonly AccountId[],
  body = "hello",
  options: DeliverOptions = {},
): Promise<readonly RecipientResult[]> {
  const { results } = await store.mail.accept({
    content: await stage(store, body),
    headerOctets: HEADER.length,
    recipients,
    arrivedAt: START_SECONDS,
    quota: QUOTA,
    ...options,
  });
  return results;
}

export function uid(value: number): Uid {
  return value as Uid;
}

export function range(first: number, last = first): UidRange {
  return { first: uid(first), last: uid(last) };
}

/** The mail of an account; what is read stays. */
export function mailOf(
  store: Store,
  account: AccountId,
  policy: Partial<MailPolicy> = {},
): AccountMail {
  return store.mail.of(account, {
    quota: () => QUOTA,
    seenGraceSeconds: () => undefined,
    ...policy,
  });
}

export async function inboxOf(
  store: Store,
  account: AccountId,
): Promise<Mailbox> {
  return (await mailOf(store, account).find("INBOX"))!;
}

/** Listens to a mailbox. Gives how to stop. */
export async function watch(
  store: Store,
  { account, name }: Mailbox,
  listener: (change: MailboxChange) => void,
): Promise<() => void> {
  return (await mailOf(store, account).select(name, listener))!.stop;
}

export async function firstUnseen(
  store: Store,
  { account, name }: Mailbox,
): Promise<number | undefined> {
  const watched = (await mailOf(store, account).select(name, () => {}))!;
  watched.stop();
  return watched.firstUnseen;
}

/** All steps of a walk; gives how much each has deleted. */
export async function walk(
  step: (after: Cursor | undefined) => Promise<WalkStep>,
): Promise<number[]> {
  const deleted: number[] = [];
  let after: Cursor | undefined;
  for (;;) {
    const done: WalkStep = await step(after);
    deleted.push(done.deleted);
    after = done.next;
    if (!after) return deleted;
  }
}

/** How many contents the database knows. */
export function contentCount(stateDir: string): number {
  const database = new DatabaseSync(`${stateDir}/chat.db`, { readOnly: true });
  const { n } = database.prepare("SELECT count(*) AS n FROM blobs").get()!;
  database.close();
  return n as number;
}

export async function uidsOf(
  store: Store,
  { account, id }: Mailbox,
): Promise<number[]> {
  return [...(await mailOf(store, account).snapshot(id)).uids];
}

/** All octets of a body as text, undefined if it is gone. */
export async function textOf(
  pieces: AsyncIterable<Uint8Array> | undefined,
): Promise<string | undefined> {
  if (!pieces) return undefined;
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of pieces) {
    text += decoder.decode(piece, { stream: true });
  }
  return text;
}

/** Small, seeded, and good enough for choosing operations. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

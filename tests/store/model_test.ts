/** Random operations, compared with a model that is too simple to be wrong. @module */
import assert from "node:assert/strict";
import type { AccountId, ModSeq, Uid } from "../../src/base/ids.ts";
import {
  DELETED,
  FLAGGED,
  type Mailbox,
  type MailboxChange,
  SEEN,
  type UidRange,
} from "../../src/mail/mailbox.ts";
import type { Store } from "../../src/store/store.ts";
import {
  addAccount,
  deliver,
  firstUnseen,
  HEADER,
  mailOf,
  QUOTA,
  randomNumbers,
  range,
  stage,
  START_SECONDS,
  storeTest,
  watch,
} from "./store_world.ts";

const SEEDS = [1, 2, 3];
const STEPS = 150;

interface Message {
  readonly body: string;
  flags: number;
}

/** What a mailbox holds, what a session that only listens believes, and what was. */
interface Model {
  readonly mailbox: Mailbox;
  readonly messages: Map<number, Message>;
  readonly mirror: Map<number, number>;
  nextUid: number;
  modSeq: ModSeq;
  readonly past: { modSeq: ModSeq; state: Map<number, number> }[];
}

type Random = (below: number) => number;

for (const seed of SEEDS) {
  storeTest(
    `random operations agree with a model, seed ${seed}`,
    async ({ store }) => {
      const random = randomNumbers(seed);
      const ann = await addAccount(store, "ann");
      await mailOf(store, ann).create("Archive");
      const models = (await mailOf(store, ann).list()).map(modelOf).reverse(); // INBOX first
      for (const model of models) follow(store, model);
      for (let step = 0; step < STEPS; step++) {
        await operate(store, ann, models, random);
        for (const model of models) await compare(store, model, random);
        await compareUsage(store, ann, models);
      }
      const counted = await store.maintenance.recountUsage();
      assert.deepEqual(counted, { checked: 1, repaired: 0 });
    },
  );
}

function modelOf(mailbox: Mailbox): Model {
  return {
    mailbox,
    messages: new Map(),
    mirror: new Map(),
    nextUid: 1,
    modSeq: mailbox.highestModSeq,
    past: [],
  };
}

async function follow(store: Store, model: Model): Promise<void> {
  await watch(store, model.mailbox, (change: MailboxChange) => {
    assert.equal(change.previous, model.modSeq, "a change was lost");
    model.modSeq = change.modSeq;
    for (const uid of change.expunged) assert.ok(model.mirror.delete(uid));
    for (const { uid, flags } of change.appended) model.mirror.set(uid, flags);
    for (const { uid, flags } of change.flags) {
      if (model.mirror.has(uid)) model.mirror.set(uid, flags);
    }
  });
}

async function operate(
  store: Store,
  ann: AccountId,
  models: readonly Model[],
  random: Random,
): Promise<void> {
  const model = models[random(models.length)]!;
  const { id } = model.mailbox;
  const uids = randomRanges(model, random);
  const chosen = [...model.messages.keys()].sort((a, b) => a - b)
    .filter((uid) =>
      uids.some(({ first, last }) => first <= uid && uid <= last)
    );
  switch (random(7)) {
    case 0:
    case 1: {
      const body = `body ${random(1000)}`;
      await deliver(store, [ann], body);
      add(models[0]!, { body, flags: 0 });
      break;
    }
    case 2: {
      const body = "x".repeat(random(2) * 70_000 + random(50));
      const flags = random(32);
      await store.mail.append({
        account: ann,
        mailbox: id,
        content: await stage(store, body),
        headerOctets: HEADER.length,
        flags,
        keywords: [],
        internalDate: START_SECONDS,
        quota: QUOTA,
      });
      add(model, { body, flags });
      break;
    }
    case 3: {
      const mode = (["add", "remove", "replace"] as const)[random(3)]!;
      const flags = [SEEN, DELETED, FLAGGED | SEEN][random(3)]!;
      const change = { mailbox: id, uids, mode, flags, keywords: [] };
      const { changed } = await mailOf(store, ann).storeFlags(change);
      assert.deepEqual(changed.map(({ uid }) => uid), chosen);
      for (const uid of chosen) {
        const message = model.messages.get(uid)!;
        if (mode === "add") message.flags |= flags;
        else if (mode === "remove") message.flags &= ~flags;
        else message.flags = flags;
      }
      break;
    }
    case 4: {
      const { uids: gone } = await mailOf(store, ann).expunge(id, uids);
      const expected = chosen.filter((uid) =>
        model.messages.get(uid)!.flags & DELETED
      );
      assert.deepEqual(gone, expected);
      for (const uid of expected) model.messages.delete(uid);
      break;
    }
    default: {
      const target = models[random(models.length)]!;
      const isMove = random(2) === 0;
      if (model.messages.size > 40 && !isMove) break;
      const to = target.mailbox.id;
      const copied = isMove
        ? await mailOf(store, ann).move(id, uids, to)
        : await mailOf(store, ann).copy(id, uids, to);
      assert.deepEqual(copied.sourceUids, chosen);
      const moved = chosen.map((uid) => ({ ...model.messages.get(uid)! }));
      const added = moved.map((message) => add(target, message));
      if (isMove) { for (const uid of chosen) model.messages.delete(uid); }
      assert.deepEqual(copied.targetUids, added);
    }
  }
}

function add(model: Model, message: Message): number {
  model.messages.set(model.nextUid, message);
  return model.nextUid++;
}

/** Sorted, not overlapping, sometimes reaching past the last message. */
function randomRanges(model: Model, random: Random): UidRange[] {
  const ranges: UidRange[] = [];
  for (let at = 1 + random(4); at < model.nextUid + 2;) {
    const last = at + random(5);
    ranges.push(range(at, last));
    at = last + 2 + random(5);
  }
  return ranges;
}

async function compare(
  store: Store,
  model: Model,
  random: Random,
): Promise<void> {
  const { id } = model.mailbox;
  const mail = mailOf(store, model.mailbox.account);
  const now = (await mail.mailbox(id))!;
  const snapshot = await mail.snapshot(id);
  const expected = [...model.messages].sort(([a], [b]) => a - b);
  const state = new Map(expected.map(([uid, { flags }]) => [uid, flags]));
  assert.deepEqual([...snapshot.uids], [...state.keys()]);
  assert.deepEqual([...snapshot.flags], [...state.values()]);
  const mirrored = [...model.mirror].sort(([a], [b]) => a - b);
  assert.deepEqual(mirrored, [...state]);
  assert.equal(now.exists, state.size);
  assert.equal(now.uidNext, model.nextUid);
  assert.equal(now.highestModSeq, model.modSeq);
  assert.equal(snapshot.modSeq, model.modSeq);
  const unseen = expected.findIndex(([, { flags }]) => !(flags & SEEN));
  const first = await firstUnseen(store, model.mailbox);
  assert.equal(first, unseen < 0 ? undefined : unseen + 1);
  const unseenCount = [...state.values()].filter((f) => !(f & SEEN)).length;
  assert.equal(now.unseen, unseenCount);
  await comparePast(store, model, state, random);
  model.past.push({ modSeq: model.modSeq, state });
}

/** Changes since any moment lead from what was then to what is now. */
async function comparePast(
  store: Store,
  model: Model,
  state: ReadonlyMap<number, number>,
  random: Random,
): Promise<void> {
  const past = model.past[random(model.past.length)];
  if (!past) return;
  const { id, account } = model.mailbox;
  const changes = await mailOf(store, account).changesSince(id, past.modSeq);
  const caughtUp = new Map(past.state);
  for (const uid of changes.expunged) caughtUp.delete(uid);
  for (const { uid, flags } of changes.changed) caughtUp.set(uid, flags);
  assert.deepEqual([...caughtUp].sort(([a], [b]) => a - b), [...state]);
}

async function compareUsage(
  store: Store,
  ann: AccountId,
  models: readonly Model[],
): Promise<void> {
  const all = models.flatMap(({ messages }) => [...messages.values()]);
  const octets = all.reduce(
    (n, { body }) => n + HEADER.length + body.length,
    0,
  );
  assert.deepEqual(await store.mail.usage(ann), {
    octets,
    messages: all.length,
  });
  const model = models[0]!;
  const [uid, message] = [...model.messages].at(-1) ?? [];
  if (!uid || !message) return;
  const [row] = await mailOf(store, ann).messages(
    model.mailbox.id,
    range(uid),
    1,
  );
  assert.equal(row?.uid, uid as Uid);
  assert.equal(row.sizeOctets, HEADER.length + message.body.length);
}

/**
 * The messenger of the browser and a real Delta Chat core as devices of the same
 * account: what one does with chats and people is done on the other at once.
 */
import assert from "node:assert/strict";
import { type User, withWorld, type World } from "../webmail/world.ts";
import { Core, type Member } from "./core.ts";
import { Person } from "./messengers.ts";

interface Scene {
  readonly core: Core;
  readonly bea: Person;
  /** The other device of Bea. */
  readonly phone: Member;
  readonly ann: Member;
  /** With Bea, for Ann. */
  readonly anns: number;
  /** With Ann, in the browser. */
  readonly here: string;
  /** The same for the phone. */
  readonly there: number;
}

async function scene(world: World, bob: User, core: Core): Promise<Scene> {
  const bea = await Person.open(bob, "Bea");
  const { account } = bea.book;
  const key = `${core.folder}/secret-key.asc`;
  await Deno.writeTextFile(key, account.key.armored);
  const { address, password } = account;
  const phone = await core.secondDevice(world.server, {
    address,
    password,
    key,
  });
  const ann = await core.signUp(world.server, "ann.syncs");
  await bea.book.alterAccount((one) => ({ ...one, hasOtherDevices: true }));
  const code = await ann.rpc.getChatSecurejoinQrCode(ann.id, null);
  const { id, members } = await bea.messenger.join(code);
  await bea.until("a checked key", () => bea.isVerified(members[0]));
  await bea.messenger.writing.send(id, { text: "From the browser" });
  const { chatId } = await phone.receiveText("From the browser");
  const { chatId: anns } = await ann.receiveText("From the browser");
  return { core, bea, phone, ann, anns, here: id, there: chatId };
}

async function places({ core, bea, phone, here, there }: Scene): Promise<void> {
  const { acts } = bea.messenger;
  const chat = () => bea.book.chat(here)!;
  const full = () => phone.rpc.getFullChatById(phone.id, there);
  await acts.place(chat(), "pinned");
  await core.until("pinned there", async () => (await full()).pinned);
  await acts.place(chat(), "archived");
  await core.until("archived there", async () => (await full()).archived);
  await acts.place(chat(), undefined);
  await core.until("neither there", async () => {
    const { archived, pinned } = await full();
    return !archived && !pinned;
  });
  await acts.mute(chat(), true);
  await core.until("muted there", async () => (await full()).isMuted);
  await acts.mute(chat(), false);
  await core.until("heard there", async () => !(await full()).isMuted);
  // and the other way round
  for (
    const [visibility, place] of [
      ["Pinned", "pinned"],
      ["Archived", "archived"],
      ["Normal", undefined],
    ] as const
  ) {
    await phone.rpc.setChatVisibility(phone.id, there, visibility);
    await bea.until(visibility, () => chat().place === place);
  }
  await phone.rpc.setChatMuteDuration(phone.id, there, { kind: "Forever" });
  await bea.until("muted", () => chat().isMuted && !chat().mutedUntil);
  const hour = { kind: "Until", duration: 3600 } as const;
  await phone.rpc.setChatMuteDuration(phone.id, there, hour);
  await bea.until("for an hour", () => chat().mutedUntil);
  const seconds = chat().mutedUntil! - Date.now() / 1000;
  assert.ok(seconds > 3000 && seconds < 3700, String(seconds));
  await phone.rpc.setChatMuteDuration(phone.id, there, { kind: "NotMuted" });
  await bea.until("heard", () => !chat().isMuted);
}

/** Somebody has got her card from Ann. */
async function stranger(
  { server }: World,
  { core, ann, anns }: Scene,
  name: string,
) {
  const eve = await core.signUp(server, name);
  const members = await ann.rpc.getChatContacts(ann.id, anns);
  const card = await ann.rpc.makeVcard(
    ann.id,
    members.filter((one) => one > 9),
  );
  const [id] = await eve.rpc.importVcardContents(eve.id, card);
  const eves = await eve.rpc.createChatByContactId(eve.id, id!);
  return { eve, id: id!, eves };
}

/** And writes, to her alone. */
async function request(world: World, met: Scene, name: string) {
  const { bea, phone } = met;
  const { eve, eves } = await stranger(world, met, name);
  await eve.send(eves, `I am ${name}`);
  const chat = await bea.until(
    "a request",
    () => bea.book.chats.find(({ isRequest }) => isRequest),
  );
  const { chatId } = await phone.receiveText(`I am ${name}`);
  const full = () => phone.rpc.getFullChatById(phone.id, chatId);
  assert.equal((await full()).isContactRequest, true);
  return { eve, chat, chatId, full, fingerprint: chat.members[0]! };
}

/** And puts her into a group. */
async function groupRequest(world: World, met: Scene, name: string) {
  const { bea, phone } = met;
  const { eve, eves, id } = await stranger(world, met, name);
  const group = await eve.rpc.createGroupChat(eve.id, `Spam of ${name}`, false);
  await eve.rpc.addContactToChat(eve.id, group, id);
  await eve.send(group, `Come in, says ${name}`);
  const chat = await bea.until(
    "a group",
    () => bea.book.chats.find((one) => one.name === `Spam of ${name}`),
  );
  assert.equal(chat.isRequest, true);
  const got = await phone.receiveText(`Come in, says ${name}`);
  const fingerprint = chat.members[0]!;
  return { eve, eves, group, chat, chatId: got.chatId, fingerprint };
}

async function requests(world: World, met: Scene): Promise<void> {
  const { core, bea, phone } = met;
  const { acts } = bea.messenger;
  const eve = await request(world, met, "eve.asks");
  await acts.accept(eve.chat);
  await core.until(
    "accepted there",
    async () => !(await eve.full()).isContactRequest,
  );
  const fay = await request(world, met, "fay.asks");
  await phone.rpc.acceptChat(phone.id, fay.chatId);
  await bea.until(
    "accepted here",
    () => bea.book.chat(fay.chat.id)?.isRequest === undefined,
  );
  const isBlocked = async (address: string) => {
    const blocked = await phone.rpc.getBlockedContacts(phone.id);
    return blocked.some((one) => one.address === address);
  };
  const gus = await request(world, met, "gus.asks");
  await acts.refuse(gus.chat);
  await core.until("blocked there", () => isBlocked(gus.eve.address));
  const gusHere = () => bea.book.contact(gus.fingerprint)!;
  await acts.block(gusHere(), false);
  await core.until(
    "let in there",
    async () => !await isBlocked(gus.eve.address),
  );
  const hal = await request(world, met, "hal.asks");
  await phone.rpc.blockChat(phone.id, hal.chatId);
  await bea.until("blocked", () => bea.book.contact(hal.fingerprint)?.blocked);
  assert.equal(bea.book.chat(hal.chat.id), undefined);

  // a group is blocked, and not who writes there
  for (const by of ["browser", "phone"] as const) {
    const ivy = await groupRequest(world, met, `ivy.${by}`);
    if (by === "browser") await acts.refuse(ivy.chat);
    else await phone.rpc.blockChat(phone.id, ivy.chatId);
    await bea.until("blocked", () => bea.book.chat(ivy.chat.id)?.isBlocked);
    await core.until("gone there", async () => {
      const all = await phone.rpc.getChatlistEntries(
        phone.id,
        null,
        null,
        null,
      );
      return !all.includes(ivy.chatId);
    });
    await ivy.eve.send(ivy.group, "Buy it");
    await ivy.eve.send(ivy.eves, "Why not?");
    await bea.until(
      "that she is heard",
      () =>
        bea.book.chats.find(({ members, kind }) =>
          kind === "single" && members[0] === ivy.fingerprint
        ),
    );
    assert.ok(!bea.book.chats.some(({ name }) => name === `Spam of ivy.${by}`));
    const single = bea.book.singleChat(ivy.fingerprint)!;
    await bea.reads(single, "Why not?");
    await acts.refuse(single);
  }
}

async function profile({ core, bea, phone }: Scene): Promise<void> {
  await bea.messenger.acts.rename("Beatrice");
  await core.until(
    "her name",
    async () =>
      await phone.rpc.getConfig(phone.id, "displayname") === "Beatrice",
  );
  await phone.rpc.setConfig(phone.id, "displayname", "Bee");
  await bea.until("a name", () => bea.book.account.name === "Bee");
  await phone.rpc.setConfig(phone.id, "mdns_enabled", "0");
  await bea.until("no receipts", () => !bea.book.account.sendsReceipts);
}

async function removal(
  { core, bea, phone, ann, anns, here, there }: Scene,
): Promise<void> {
  const { acts } = bea.messenger;
  await ann.send(anns, "For a short time");
  const message = await bea.reads(bea.book.chat(here)!, "For a short time");
  const got = await phone.receiveText("For a short time");
  await acts.forget(message);
  await core.until("forgotten there", async () => {
    const ids = await phone.rpc.getMessageIds(phone.id, there, false, false);
    return !ids.includes(got.id);
  });
  // a channel of the phone is one here as well, before anybody reads it
  const channel = await phone.rpc.createBroadcast(phone.id, "News of Bea");
  const news = await bea.until(
    "the channel",
    () =>
      bea.book.chats.find(({ name, secret }) =>
        name === "News of Bea" && secret !== undefined
      ),
  );
  assert.deepEqual([news.isOwn, news.secret!.length >= 43], [true, true]);
  await phone.rpc.deleteChat(phone.id, there);
  await bea.until("gone here", () => !bea.book.chat(here));
  await acts.remove(news);
  await core.until("gone there", async () => {
    const all = await phone.rpc.getChatlistEntries(phone.id, null, null, null);
    return !all.includes(channel);
  });
}

Deno.test("the messenger and a core are devices of one account", (t) =>
  withWorld(async (world, _ann, bob) => {
    const core = await Core.start();
    try {
      const met = await scene(world, bob, core);
      await t.step("pinned, archived, muted", () => places(met));
      await t.step("accepted and blocked", () => requests(world, met));
      await t.step("the profile", () => profile(met));
      await t.step("forgotten and removed", () => removal(met));
    } finally {
      await core.dispose();
    }
  }, {
    config:
      "[webmail]\nwebimap = true\nwebsmtp = true\nrequests_per_minute = 0",
  }));

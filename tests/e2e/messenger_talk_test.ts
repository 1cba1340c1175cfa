/**
 * The messenger of the browser, without a browser, and a real Delta Chat core in
 * a conversation: answers, changes, pictures, groups, timers, apps and calls;
 * and with a core as a second device of the same account.
 */
import assert from "node:assert/strict";
import { type User, withWorld, type World } from "../webmail/world.ts";
import type { Chat } from "../../web/browser/app/model/types.ts";
import { Core, type Member } from "./core.ts";
import { Person } from "./messengers.ts";

const PLAIN = {
  text: null,
  html: null,
  viewtype: "Text",
  file: null,
  filename: null,
  location: null,
  overrideSenderName: null,
  quotedMessageId: null,
  quotedText: null,
} as const;
const PNG = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  ),
  (letter) => letter.charCodeAt(0),
);

interface Scene {
  readonly core: Core;
  readonly ann: Member;
  readonly bea: Person;
  /** Of Bea with Ann. */
  readonly chat: Chat;
  /** Of Ann with Bea. */
  readonly anns: number;
}

async function scene(world: World, bob: User, core: Core): Promise<Scene> {
  const bea = await Person.open(bob, "Bea");
  const ann = await core.signUp(world.server, "ann.talks");
  const code = await ann.rpc.getChatSecurejoinQrCode(ann.id, null);
  const chat = await bea.messenger.join(code);
  await bea.until("a checked key", () => bea.isVerified(chat.members[0]));
  await bea.messenger.writing.send(chat.id, { text: "Hello Ann" });
  const { chatId } = await ann.receiveText("Hello Ann");
  await ann.rpc.acceptChat(ann.id, chatId);
  return { core, ann, bea, chat, anns: chatId };
}

function lastInfo({ book }: Person, chat: string) {
  return book.messages(chat).findLast(({ info }) => info)?.info;
}

async function words({ ann, bea, chat, anns }: Scene): Promise<void> {
  const hello = await ann.receiveText("Hello Ann");
  // of the core
  const answer = await ann.rpc.sendMsg(ann.id, anns, {
    ...PLAIN,
    text: "An ansver",
    quotedMessageId: hello.id,
  });
  const got = await bea.reads(chat, "An ansver");
  assert.equal(got.quote?.text, "Hello Ann");
  assert.equal(bea.book.message(got.quote!.id!)?.from, "");
  await ann.rpc.sendEditRequest(ann.id, answer, "An answer");
  const edited = await bea.reads(chat, "An answer");
  assert.equal(edited.id, got.id);
  await ann.rpc.deleteMessagesForAll(ann.id, [answer]);
  await bea.until("its end", () => !bea.book.message(got.id));
  // of hers
  await ann.send(anns, "Question?");
  const question = await bea.reads(chat, "Question?");
  const { writing } = bea.messenger;
  await writing.send(chat.id, { text: "Anser", answers: question });
  const received = await ann.receiveText("Anser");
  assert.equal(received.quote?.text, "Question?");
  const own = await bea.reads(chat, "Anser");
  await writing.edit(own, "Answer -- at last");
  const changed = await ann.receiveText("Answer -- at last");
  assert.deepEqual([changed.id, changed.isEdited], [received.id, true]);
  await writing.forward(question, chat.id);
  const forwarded = await ann.receive(
    "what was forwarded",
    ({ isForwarded }) => isForwarded,
  );
  assert.equal(forwarded.text, "Question?");
  await writing.takeBack(own);
  await ann.core.until(
    "its end",
    async () => !(await ann.messages()).some(({ id }) => id === changed.id),
  );
}

async function things({ core, ann, bea, chat, anns }: Scene): Promise<void> {
  const path = `${core.folder}/face.png`;
  await Deno.writeFile(path, PNG);
  // an app, which says something
  const app = `${core.folder}/chess.xdc`;
  await Deno.writeFile(app, emptyZipWithIndex());
  const sent = await ann.rpc.sendMsg(ann.id, anns, {
    ...PLAIN,
    viewtype: "Webxdc",
    file: app,
    filename: "chess.xdc",
  });
  const shown = await bea.until(
    "the app",
    () =>
      bea.book.messages(chat.id).find(({ file }) => file?.name === "chess.xdc"),
  );
  await ann.rpc.sendWebxdcStatusUpdate(
    ann.id,
    sent,
    JSON.stringify({ payload: 1, info: "Ann moved", summary: "1:0" }),
    null,
  );
  await bea.until(
    "what it says",
    () => lastInfo(bea, chat.id)?.name === "Ann moved",
  );
  assert.equal(bea.book.message(shown.id)?.summary, "1:0");
  // a call
  const call = await ann.rpc.placeOutgoingCall(ann.id, anns, "v=0", true);
  const rings = await bea.until(
    "a call",
    () => bea.book.messages(chat.id).find((one) => one.call),
  );
  assert.deepEqual(rings.call, { hasVideo: true, hasEnded: false });
  await ann.rpc.endCall(ann.id, call);
  await bea.until("its end", () => bea.book.message(rings.id)?.call?.hasEnded);
  // faces
  await ann.rpc.setConfig(ann.id, "selfavatar", path);
  await ann.send(anns, "That is me");
  await bea.reads(chat, "That is me");
  assert.ok(bea.book.contact(chat.members[0]!)?.face);
  await bea.book.vault.put("file:face:x", PNG);
  await bea.book.setAccount({ ...bea.book.account, face: "file:face:x" });
  await bea.messenger.writing.send(chat.id, { text: "And me" });
  const { fromId } = await ann.receiveText("And me");
  await core.until( // which comes with it, and is kept after it
    "her face",
    async () => (await ann.rpc.getContact(ann.id, fromId)).profileImage,
  );
  // voice
  await bea.messenger.writing.send(chat.id, {
    text: "",
    attachment: { name: "v.ogg", type: "audio/ogg", octets: PNG },
    as: "voice",
  });
  await ann.receive("a voice", ({ viewType }) => viewType === "Voice");
}

async function timers({ ann, bea, chat, anns }: Scene): Promise<void> {
  await ann.rpc.setChatEphemeralTimer(ann.id, anns, 3600);
  await bea.until(
    "a timer",
    () => bea.book.chat(chat.id)?.timerSeconds === 3600,
  );
  assert.equal(lastInfo(bea, chat.id)?.what, "timer_set");
  await bea.messenger.writing.send(chat.id, { text: "For an hour" });
  await ann.receiveText("For an hour");
  const timer = () => ann.rpc.getChatEphemeralTimer(ann.id, anns);
  assert.equal(await timer(), 3600);
  const { groups } = bea.messenger;
  await groups.setTimer(bea.book.chat(chat.id)!, 60);
  await ann.core.until("her timer", async () => await timer() === 60);
  await groups.setTimer(bea.book.chat(chat.id)!, 0);
  await ann.core.until("no timer", async () => await timer() === 0);
}

async function group({ core, ann, bea, chat }: Scene): Promise<void> {
  const { groups } = bea.messenger;
  const contact = bea.book.contact(chat.members[0]!)!;
  const made = await groups.create("Hikers", [contact]);
  await bea.messenger.writing.send(made.id, { text: "Up" });
  const { chatId } = await ann.receiveText("Up");
  await ann.rpc.acceptChat(ann.id, chatId);
  const current = () => bea.book.chat(made.id)!;
  const full = () => ann.rpc.getFullChatById(ann.id, chatId);
  await groups.rename(current(), "کوه");
  await core.until("her name", async () => (await full()).name === "کوه");
  await groups.setFace(current(), PNG);
  await core.until("her picture", async () => (await full()).profileImage);
  await groups.describe(current(), "Über\nBerge");
  await core.until(
    "her words",
    async () =>
      await ann.rpc.getChatDescription(ann.id, chatId) === "Über\nBerge",
  );
  await groups.setFace(current(), "none");
  await core.until("none", async () => !(await full()).profileImage);
  // the core's turn, in a later second than all of hers: what is set later holds
  await bea.until(
    "the next second",
    () =>
      Math.floor(Date.now() / 1000) >
        Math.max(...Object.values(current().setAt!)),
  );
  await ann.rpc.setChatName(ann.id, chatId, "Ödland");
  await bea.until("a name", () => current().name === "Ödland");
  assert.equal(lastInfo(bea, made.id)?.what, "renamed");
  await ann.rpc.setChatDescription(ann.id, chatId, "Zwei\nZeilen");
  await bea.until("words", () => current().about === "Zwei\nZeilen");
  await Deno.writeFile(`${core.folder}/g.png`, PNG);
  await ann.rpc.setChatProfileImage(ann.id, chatId, `${core.folder}/g.png`);
  await bea.until("a picture", () => current().face);
  // out, and in again
  await groups.remove(current(), contact);
  await core.until("her out", async () => !(await full()).selfInGroup);
  await groups.add(current(), contact);
  await core.until("her in", async () => (await full()).selfInGroup);
  await ann.send(chatId, "Here again");
  await bea.reads(made, "Here again");
  const ids = await ann.rpc.getChatContacts(ann.id, chatId);
  const beas = ids.find((id) => id > 9)!;
  await ann.rpc.removeContactFromChat(ann.id, chatId, beas);
  await bea.until("out", () => current().left);
}

/** A core with her key and password: what is written and read on one is so on the other. */
async function secondDevice(
  world: World,
  { core, ann, bea, anns, chat }: Scene,
  bob: User,
): Promise<void> {
  const key = `${core.folder}/secret-key.asc`;
  await Deno.writeTextFile(key, bea.book.account.key.armored);
  const phone = await core.secondDevice(world.server, {
    address: bob.address,
    password: bea.book.account.password,
    key,
  });
  await bea.book.setAccount({ ...bea.book.account, hasOtherDevices: true });
  await bea.messenger.readState.openChat(chat.id);
  await bea.messenger.readState.openChat(undefined);
  await bea.messenger.writing.send(chat.id, { text: "From the browser" });
  await phone.receiveText("From the browser");
  await ann.send(anns, "Which one reads it?");
  const here = await bea.reads(chat, "Which one reads it?");
  const there = await phone.receiveText("Which one reads it?");
  assert.equal(here.state, "received");
  await phone.rpc.acceptChat(phone.id, there.chatId);
  await phone.rpc.markseenMsgs(phone.id, [there.id]);
  await bea.until(
    "read there",
    () => bea.book.message(here.id)?.state === "seen",
  );
  assert.equal(bea.book.chat(chat.id)?.unread, 0);
  await phone.send(there.chatId, "Written by the phone");
  const own = await bea.reads(chat, "Written by the phone");
  assert.equal(own.from, "");
  await ann.receiveText("Written by the phone");
  // and read here
  await ann.send(anns, "Read in the browser");
  await bea.reads(chat, "Read in the browser");
  const again = await phone.receiveText("Read in the browser");
  await bea.messenger.readState.openChat(chat.id);
  await core.until(
    "read here",
    async () => (await phone.message(again.id)).state === 16,
  );
}

/** Eve has got her card from Ann. */
async function stranger(
  { server }: World,
  { core, ann, bea, anns }: Scene,
): Promise<void> {
  const eve = await core.signUp(server, "eve.writes");
  const members = await ann.rpc.getChatContacts(ann.id, anns);
  const card = await ann.rpc.makeVcard(ann.id, members);
  const [id] = await eve.rpc.importVcardContents(eve.id, card);
  const eves = await eve.rpc.createChatByContactId(eve.id, id!);
  await eve.send(eves, "You do not know me");
  const chat = await bea.until(
    "a request",
    () => bea.book.chats.find(({ isRequest }) => isRequest),
  );
  await bea.reads(chat, "You do not know me");
  await bea.messenger.readState.openChat(chat.id);
  await bea.messenger.readState.openChat(undefined);
  await bea.messenger.writing.send(chat.id, { text: "Then tell me" });
  assert.equal(bea.book.chat(chat.id)?.isRequest, undefined);
  const got = await eve.receiveText("Then tell me");
  assert.deepEqual([got.chatId, got.showPadlock], [eves, true]);
  await eve.send(eves, "I am Eve");
  await bea.reads(chat, "I am Eve");
}

/** One file, stored: what every app has. */
function emptyZipWithIndex(): Uint8Array {
  const name = new TextEncoder().encode("index.html");
  const local = new DataView(new ArrayBuffer(30));
  local.setUint32(0, 0x504b0304);
  local.setUint16(4, 20, true);
  local.setUint16(26, name.length, true);
  const central = new DataView(new ArrayBuffer(46));
  central.setUint32(0, 0x504b0102);
  central.setUint16(4, 20, true);
  central.setUint16(6, 20, true);
  central.setUint16(28, name.length, true);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x504b0506);
  end.setUint16(8, 1, true);
  end.setUint16(10, 1, true);
  end.setUint32(12, 46 + name.length, true);
  end.setUint32(16, 30 + name.length, true);
  const parts = [local, name, central, name, end];
  return Uint8Array.from(parts.flatMap((part) => [
    ...new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
  ]));
}

Deno.test("the messenger talks with a core", (t) =>
  withWorld(async (world, _ann, bob) => {
    const core = await Core.start();
    try {
      const met = await scene(world, bob, core);
      await t.step("answers, edits, deletions", () => words(met));
      await t.step("apps, calls, faces, voices", () => things(met));
      await t.step("timers", () => timers(met));
      await t.step("a group", () => group(met));
      await t.step("a stranger", () => stranger(world, met));
      await t.step("a second device", () => secondDevice(world, met, bob));
    } finally {
      await core.dispose();
    }
  }, {
    config:
      "[webmail]\nwebimap = true\nwebsmtp = true\nrequests_per_minute = 0",
  }));

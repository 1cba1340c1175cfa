/**
 * The messenger of the browser, without a browser, and real Delta Chat cores:
 * they meet both ways by whatever codes that version makes, alone, in groups and
 * in a channel. `POSTERN_CORES` names executables of more versions.
 */
import assert from "node:assert/strict";
import { type User, withWorld, type World } from "../webmail/world.ts";
import { Core, hasJoined } from "./core.ts";
import { Person } from "./messengers.ts";

async function meetings(world: World, bob: User, core: Core): Promise<void> {
  const { server } = world;
  const bea = await Person.open(bob, "Bea");
  const ann = await core.signUp(server, "ann.core");
  const cleo = await core.signUp(server, "cleo.core");

  // the core shows its code
  const code = await ann.rpc.getChatSecurejoinQrCode(ann.id, null);
  const withAnn = await bea.messenger.join(code);
  await bea.until("a checked key", () => bea.isVerified(withAnn.members[0]));
  await bea.messenger.writing.send(withAnn.id, { text: "Hello Ann" });
  const { chatId } = await ann.receiveText("Hello Ann");
  await ann.rpc.acceptChat(ann.id, chatId);
  await ann.send(chatId, "Hello Bea");
  await bea.reads(withAnn, "Hello Bea");

  // she shows hers
  const own = await bea.messenger.handshakes.offer();
  assert.match(own, /&v=3&i=/);
  const cleos = await cleo.rpc.secureJoin(cleo.id, own);
  await core.until("end of Secure-Join at Cleo", async () => {
    await bea.link.take();
    return cleo.hasTold(hasJoined);
  });
  assert.ok(bea.book.contacts.some(({ name }) => name === "cleo.core"));
  await cleo.send(cleos, "By your code");
  const withCleo = await bea.until(
    "a chat",
    () => bea.book.chats.find(({ name }) => name === "cleo.core"),
  );
  await bea.reads(withCleo, "By your code");
  assert.equal(bea.isVerified(withCleo.members[0]), true);

  // a group of the core, and one of hers
  const group = await ann.rpc.createGroupChat(ann.id, "Readers", true);
  const groupCode = await ann.rpc.getChatSecurejoinQrCode(ann.id, group);
  const readers = await bea.messenger.join(groupCode);
  await core.until("the new member", async () => {
    await bea.link.take();
    return (await ann.rpc.getChatContacts(ann.id, group)).length === 2;
  });
  await ann.send(group, "Chapter one");
  await bea.reads(readers, "Chapter one");
  await bea.messenger.writing.send(readers.id, { text: "Read it" });
  await ann.receiveText("Read it");
  const hikers = await bea.messenger.groups.create("Hikers", []);
  const hikersCode = await bea.messenger.handshakes.offer(hikers);
  const cleosGroup = await cleo.rpc.secureJoin(cleo.id, hikersCode);
  await bea.until(
    "a member",
    () => bea.book.chat(hikers.id)!.members.length === 1,
  );
  await bea.messenger.writing.send(hikers.id, { text: "Up we go" });
  await cleo.receiveText("Up we go");
  await cleo.send(cleosGroup, "Coming");
  await bea.reads(hikers, "Coming");
}

async function channel(world: World, bob: User, core: Core): Promise<void> {
  const bea = await Person.open(bob, "Bea");
  const ann = await core.signUp(world.server, "ann.channel");
  const dan = await core.signUp(world.server, "dan.channel");
  const id = await ann.rpc.createBroadcast(ann.id, "News at nine");
  const code = await ann.rpc.getChatSecurejoinQrCode(ann.id, id);
  const news = await bea.messenger.join(code);
  assert.deepEqual([news.kind, news.name], ["channel", "News at nine"]);
  await dan.rpc.secureJoin(dan.id, code);
  const count = async () => (await ann.rpc.getChatContacts(ann.id, id)).length;
  await core.until("two readers", async () => {
    await bea.link.take();
    return await count() === 2;
  });
  await bea.until("the secret", () => bea.book.chat(news.id)?.secret);
  await ann.send(id, "Nothing has happened");
  const heard = await bea.reads(news, "Nothing has happened");
  assert.equal(heard.from, news.members[0]);
  await bea.messenger.groups.leave(bea.book.chat(news.id)!);
  await core.until("one reader", async () => await count() === 1);
  await ann.send(id, "For those who stayed");
  await dan.receiveText("For those who stayed");
  await bea.link.take();
  assert.equal(
    bea.book.messages(news.id).some(({ text }) => /stayed/.test(text)),
    false,
  );
}

/** She writes, and cores read. */
async function ownChannel(world: World, bob: User, core: Core): Promise<void> {
  const bea = await Person.open(bob, "Bea");
  const ann = await core.signUp(world.server, "ann.reads");
  const news = await bea.messenger.channels.create("Neues & mehr");
  const code = await bea.messenger.handshakes.offer(news);
  const id = await ann.rpc.secureJoin(ann.id, code);
  await bea.until(
    "a reader",
    () => bea.book.chat(news.id)!.members.length === 1,
  );
  await bea.messenger.writing.send(news.id, { text: "Good evening" });
  const got = await ann.receiveText("Good evening");
  assert.deepEqual([got.chatId, got.showPadlock], [id, true]);
  const full = await ann.rpc.getFullChatById(ann.id, id);
  assert.deepEqual([full.name, full.chatType], [
    "Neues & mehr",
    "InBroadcast",
  ]);
  const current = () => bea.book.chat(news.id)!;
  await bea.messenger.groups.rename(current(), "Altes");
  await core.until(
    "its name",
    async () => (await ann.rpc.getFullChatById(ann.id, id)).name === "Altes",
  );
  await ann.rpc.leaveGroup(ann.id, id);
  await bea.until("no reader", () => current().members.length === 0);
}

const programs = [
  undefined,
  ...(Deno.env.get("POSTERN_CORES") ?? "").split(",").filter(Boolean),
];
for (const program of programs) {
  const name = program ?? "the core of the tests";
  for (
    const [what, work] of [["people", meetings], [
      "a channel",
      channel,
    ], [
      "a reader",
      ownChannel,
    ]] as const
  ) {
    Deno.test(`the messenger meets ${what} of ${name}`, () =>
      withWorld(async (world, _ann, bob) => {
        const core = await Core.start(program ? { command: [program] } : {});
        try {
          await work(world, bob, core);
        } finally {
          await core.dispose();
        }
      }, {
        config:
          "[webmail]\nwebimap = true\nwebsmtp = true\nrequests_per_minute = 0",
      }));
  }
}

/**
 * What happens in a chat besides plain words, between two clients over a relay
 * in memory: answers, changes, pictures, timers, what is read where.
 */
import assert from "node:assert/strict";
import {
  readWords,
  writeWords,
} from "../../web/browser/app/protocol/quotes.ts";
import type { ChatMessage, Info } from "../../web/browser/app/model/types.ts";
import type { Messenger } from "../../web/browser/app/model/messenger.ts";
import { Book } from "../../web/browser/app/model/book.ts";
import { MemoryVault } from "../../web/browser/app/storage/vault.ts";
import { readCard } from "../../web/browser/app/protocol/vcard.ts";
import { toOctets } from "../../web/browser/app/protocol/octets.ts";
import { acquainted, person, texts } from "./people.ts";

const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 1, 2, 3);

const WORDS: readonly [written: string, text: string, quote?: string][] = [
  ["plain", "plain"],
  ["> one\n> two\n\nanswer", "answer", "one\ntwo"],
  ["> I bring te\n\n✏️I bring tea", "✏️I bring tea", "I bring te"],
  ["no > quote", "no > quote"],
  ["text\n> later", "text\n> later"],
  [">", "", ""],
];
for (const [written, text, quote] of WORDS) {
  Deno.test(`readWords() of ${JSON.stringify(written)}`, () => {
    assert.deepEqual(readWords(written), {
      text,
      ...(quote === undefined ? {} : { quote }),
      isForwarded: false,
    });
  });
}

Deno.test("writeWords() is read as it was meant, and ends in no footer", () => {
  for (
    const words of [
      { text: "Yes", quote: "Shall we?\nSoon?", isForwarded: false },
      { text: "Passed on", isForwarded: true },
      { text: "> not a quote\nbut words", isForwarded: true },
    ]
  ) {
    if (words.text.startsWith(">")) continue;
    assert.deepEqual(readWords(writeWords(words)), words);
  }
  const written = writeWords({ text: "--\nme", isForwarded: false });
  assert.doesNotMatch(written, /^--/m);
});

function lastOf({ book }: Messenger, chat: string): ChatMessage {
  return book.messages(chat).filter(({ info }) => !info).at(-1)!;
}

function infosOf({ book }: Messenger, chat: string): Info[] {
  return book.messages(chat).flatMap(({ info }) => info ? [info] : []);
}

Deno.test("an answer, a change, and a message that is taken back", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  await bob.writing.send(chat.id, { text: "Tee?" });
  await relay.settle();
  const anns = ann.book.chats[0]!.id;
  await ann.writing.send(anns, { text: "Yes", answers: lastOf(ann, anns) });
  await relay.settle();
  assert.deepEqual(lastOf(bob, chat.id).quote, {
    text: "Tee?",
    id: bob.book.messages(chat.id).find(({ text }) => text === "Tee?")!.id,
  });
  const own = bob.book.messages(chat.id).find(({ text }) => text === "Tee?")!;
  await bob.writing.edit(own, "Tea?");
  await relay.settle();
  const changed = ann.book.message(own.id);
  assert.deepEqual([changed?.text, changed?.isEdited], ["Tea?", true]);
  await bob.writing.takeBack(own);
  await relay.settle();
  assert.equal(ann.book.message(own.id), undefined);
  assert.equal(bob.book.message(own.id), undefined);
  assert.deepEqual(texts(ann, anns), ["Yes"]);
});

Deno.test("a message that is passed on says so, and brings its file", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  await bob.writing.send(chat.id, {
    text: "Look",
    attachment: { name: "a.ogg", type: "audio/ogg", octets: JPEG },
    as: "voice",
  });
  const message = lastOf(bob, chat.id);
  await bob.writing.forward(message, chat.id);
  await relay.settle();
  const got = lastOf(ann, ann.book.chats[0]!.id);
  assert.deepEqual([got.isForwarded, got.text], [true, "Look"]);
  assert.deepEqual([got.file?.as, got.file?.size], ["voice", JPEG.length]);
});

Deno.test("a group is renamed, described, gets a picture, and loses a member", async () => {
  const { relay, ann, bob } = await acquainted();
  const group = await ann.groups.create("Hikers", ann.book.contacts);
  await ann.writing.send(group.id, { text: "Where to?" });
  await relay.settle();
  const bobs = bob.book.chatWithId("group", group.groupId!)!.id;
  const current = () => ann.book.chat(group.id)!;
  await ann.groups.rename(current(), "کوهنوردان");
  await ann.groups.describe(current(), "Hills,\nand lakes");
  await ann.groups.setFace(current(), JPEG);
  await relay.settle();
  const seen = bob.book.chat(bobs)!;
  assert.deepEqual([seen.name, seen.about], ["کوهنوردان", "Hills,\nand lakes"]);
  assert.deepEqual(await bob.book.vault.get(seen.face!), JPEG);
  const by = ann.book.account.key.fingerprint;
  assert.deepEqual(
    infosOf(bob, bobs).map(({ what, by }) => [what, by]),
    [["renamed", by], ["about_changed", by], ["face_changed", by]],
  );
  const [member] = ann.book.contacts;
  await ann.groups.remove(current(), member!);
  await relay.settle();
  assert.equal(bob.book.chat(bobs)?.left, true);
  assert.deepEqual(current().members, []);
  await bob.groups.rename({ ...seen, left: false }, "Mine").catch(() => {});
  await relay.settle();
  assert.equal(current().name, "کوهنوردان");
});

Deno.test("nobody comes in by a link of who has left, or has forgotten the group", async () => {
  for (const way of ["leave", "remove"] as const) {
    const { relay, ann, bob } = await acquainted();
    const cleo = await person(relay, "Cleo");
    const group = await ann.groups.create("Hikers", ann.book.contacts);
    await ann.writing.send(group.id, { text: "Where to?" });
    await relay.settle();
    const link = await ann.handshakes.offer(ann.book.chat(group.id)!);
    if (way === "leave") await ann.groups.leave(ann.book.chat(group.id)!);
    else await ann.book.removeChat(group.id);
    await cleo.join(link);
    await relay.settle();
    const bobs = bob.book.chatWithId("group", group.groupId!)!;
    const cleos = cleo.book.account.key.fingerprint;
    assert.ok(!bobs.members.includes(cleos), way);
    assert.equal(ann.book.singleChat(cleos), undefined, way);
  }
});

Deno.test("a timer is set for both, and messages vanish once they were read", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  await bob.groups.setTimer(bob.book.chat(chat.id)!, 3600);
  await bob.writing.send(chat.id, { text: "Soon gone" });
  await relay.settle();
  const anns = ann.book.chats[0]!;
  assert.equal(anns.timerSeconds, 3600);
  assert.deepEqual(infosOf(ann, anns.id).at(-1), {
    what: "timer_set",
    name: "3600",
    by: bob.book.account.key.fingerprint,
  });
  assert.equal(
    lastOf(ann, anns.id).vanishesAt,
    undefined,
    "nobody has read it",
  );
  assert.ok(lastOf(bob, chat.id).vanishesAt);
  await ann.readState.openChat(anns.id);
  const read = lastOf(ann, anns.id);
  assert.ok(read.vanishesAt! > Date.now() / 1000 + 3500);
  await ann.book.setMessage({ ...read, vanishesAt: 1 });
  await relay.settle();
  await new Promise((resolve) => setTimeout(resolve, 0));
  while (ann.book.message(read.id)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await ann.groups.setTimer(ann.book.chat(anns.id)!, 0);
  await relay.settle();
  assert.equal(bob.book.chat(chat.id)?.timerSeconds, 0);
  await bob.readState.openChat(chat.id);
  await bob.book.removeMessage(lastOf(bob, chat.id));
});

Deno.test("what was read is marked on the relay, and what another device has read is read", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  relay.seen.length = 0;
  for (const text of ["One", "Two"]) await bob.writing.send(chat.id, { text });
  await relay.settle();
  const anns = ann.book.chats[0]!.id;
  const [one, two] = ann.book.messages(anns).filter(({ info }) => !info);
  assert.equal(ann.book.chat(anns)?.unread, 2);
  await ann.readState.onSeen(one!.uid!);
  assert.equal(ann.book.chat(anns)?.unread, 1);
  assert.equal(ann.book.message(one!.id)?.state, "seen");
  await ann.readState.onSeen(one!.uid!);
  assert.equal(ann.book.chat(anns)?.unread, 1);
  assert.deepEqual(relay.seen, []);
  await ann.readState.openChat(anns);
  assert.deepEqual(relay.seen, [`ann@relay.example ${two!.uid}`]);
  assert.equal(ann.book.chat(anns)?.unread, 0);
});

Deno.test("a picture of ours is shown to who has not seen it, once", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  await bob.book.vault.put("file:face:1", JPEG);
  await bob.book.setAccount({ ...bob.book.account, face: "file:face:1" });
  await bob.writing.send(chat.id, { text: "It is me" });
  await relay.settle();
  const key = ann.book.contacts[0]!.face!;
  assert.deepEqual(await ann.book.vault.get(key), JPEG);
  await bob.writing.send(chat.id, { text: "Still me" });
  await relay.settle();
  assert.equal(ann.book.contacts[0]!.face, key);
  const { face: _, ...bare } = bob.book.account;
  await bob.book.setAccount(bare);
  await bob.writing.send(chat.id, { text: "Gone" });
  await relay.settle();
  assert.equal(ann.book.contacts[0]!.face, undefined);
  assert.equal(await ann.book.vault.get(key), undefined);
});

Deno.test("readCard() takes the first person, and a key that is one", async () => {
  const { bob } = await acquainted();
  const { address, key } = bob.book.account;
  const card = (uri: string) =>
    `BEGIN:VCARD\r\nVERSION:4.0\r\nEMAIL:${address}\r\nFN:Bob\\, B.\r\nKEY:${uri}\r\nEND:VCARD\r\nBEGIN:VCARD\r\nEMAIL:x@y.example\r\nEND:VCARD\r\n`;
  const good = await readCard(
    toOctets(card(`data:application/pgp-keys;base64\\,${key.certificate}`)),
  );
  assert.deepEqual([good?.name, good?.address], ["Bob, B.", address]);
  assert.equal(good?.key?.fingerprint, key.fingerprint);
  const bad = await readCard(
    toOctets(card("data:application/pgp-keys;base64\\,AAAA")),
  );
  assert.deepEqual(bad, { name: "Bob, B.", address });
  for (const text of ["", "BEGIN:VCARD", "EMAIL:a@b.example", "\0"]) {
    assert.equal(await readCard(toOctets(text)), undefined);
  }
});

Deno.test("a channel of one's own: readers come by its link, read, do not see each other, and go", async () => {
  const { relay, ann, bob } = await acquainted();
  const cleo = await person(relay, "Cleo");
  const news = await ann.channels.create("News");
  const link = await ann.handshakes.offer(news);
  await ann.writing.send(news.id, { text: "For nobody yet" });
  const bobs = await bob.join(link);
  const cleos = await cleo.join(link);
  await relay.settle();
  const current = () => ann.book.chat(news.id)!;
  assert.equal(current().members.length, 2);
  relay.sent.length = 0;
  await ann.writing.send(news.id, { text: "Nothing new" });
  await relay.settle();
  assert.deepEqual(relay.sent.length, 1);
  assert.deepEqual(texts(bob, bobs.id), ["Nothing new"]);
  assert.deepEqual(texts(cleo, cleos.id), ["Nothing new"]);
  assert.equal(bob.book.chat(bobs.id)?.members.length, 1);
  const cleosKey = cleo.book.account.key.fingerprint;
  assert.equal(bob.book.contact(cleosKey), undefined);
  await ann.groups.rename(current(), "Olds");
  await relay.settle();
  assert.equal(bob.book.chat(bobs.id)?.name, "Olds");
  await bob.groups.leave(bob.book.chat(bobs.id)!);
  await relay.settle();
  assert.deepEqual(current().members, [cleosKey]);
  await ann.channels.dismiss(current(), ann.book.contact(cleosKey)!);
  await relay.settle();
  assert.equal(cleo.book.chat(cleos.id)?.left, true);
  await ann.writing.send(news.id, { text: "For nobody any more" });
  await relay.settle();
  assert.deepEqual(texts(cleo, cleos.id), ["Nothing new"]);
});

Deno.test("what was written within one second stays in its order", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  const words = Array.from({ length: 12 }, (_, count) => `Line ${count}`);
  for (const text of words) await bob.writing.send(chat.id, { text });
  await relay.settle();
  const [anns] = ann.book.chats;
  for (const [{ book }, id] of [[bob, chat.id], [ann, anns!.id]] as const) {
    const isOfThem = ({ text }: { readonly text: string }) =>
      text.startsWith("Line ");
    assert.deepEqual(
      book.messages(id).filter(isOfThem).map(({ text }) => text),
      words,
    );
    // as browsers keep them: by their names, which say nothing of the order
    const vault = new MemoryVault();
    const kept = [...await book.vault.all<unknown>("")].reverse();
    for (const [name, value] of kept) {
      const isMessage = name.startsWith("message:");
      await vault.put(
        name,
        isMessage ? { ...value as object, at: 1, sortAt: undefined } : value,
      );
    }
    const again = (await Book.open(vault))!;
    assert.deepEqual(
      again.messages(id).filter(isOfThem).map(({ text }) => text),
      words,
    );
    const last = again.messages(id).at(-1)!;
    await again.setMessage({ ...last, id: "0", text: "Line 12" });
    assert.equal(again.messages(id).at(-1)?.text, "Line 12");
  }
});

/** What happens while something else is under way: nothing of it is lost, doubled or undone. */
import assert from "node:assert/strict";
import { Book } from "../../web/browser/app/model/book.ts";
import { toOctets } from "../../web/browser/app/protocol/octets.ts";
import { MemoryVault, NotKept } from "../../web/browser/app/storage/vault.ts";
import { acquainted, texts } from "./people.ts";

/** Each record is kept a moment later, in whatever order. */
function slowly(vault: MemoryVault): void {
  const put = vault.put.bind(vault);
  let count = 0;
  vault.put = async (name, value) => {
    await new Promise((resolve) => setTimeout(resolve, 5 * (++count % 3)));
    await put(name, value);
  };
}

Deno.test("what people change while something comes is as they have left it", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  const { book, acts } = bob;
  slowly(book.vault as MemoryVault);
  const [anns] = ann.book.chats;
  const here = () => book.chat(chat.id)!;
  await Promise.all([
    ann.writing.send(anns!.id, { text: "One" }),
    ann.groups.setTimer(anns!, 3600),
    acts.mute(here(), true),
    acts.place(here(), "pinned"),
    ann.writing.send(anns!.id, { text: "Two" }),
    bob.writing.send(chat.id, { text: "Three" }),
    book.alterAccount((one) => ({ ...one, name: "Robert" })),
    acts.sendReceipts(false),
  ]);
  await relay.settle();
  const { isMuted, place, timerSeconds, unread } = here();
  assert.deepEqual(
    [isMuted, place, timerSeconds, unread],
    [true, "pinned", 3600, 2],
  );
  const { name, sendsReceipts } = book.account;
  assert.deepEqual([name, sendsReceipts], ["Robert", false]);
  const kept = (await Book.open(book.vault))!;
  assert.deepEqual(kept.chat(chat.id), here());
  assert.deepEqual(kept.account, book.account);
});

Deno.test("who begins to look while messages come has none unread", async () => {
  for (const pause of [0, 3, 6, 9, 12, 20]) {
    const { relay, ann, bob, chat } = await acquainted();
    await bob.writing.send(chat.id, { text: "Look" });
    const [anns] = ann.book.chats;
    slowly(ann.book.vault as MemoryVault);
    const arrives = relay.settle();
    await new Promise((resolve) => setTimeout(resolve, pause));
    await ann.readState.openChat(anns!.id);
    await arrives;
    await relay.settle();
    const [message] = ann.book.messages(anns!.id).slice(-1);
    assert.deepEqual(
      [message?.text, message?.state, ann.book.chat(anns!.id)?.unread],
      ["Look", "seen", 0],
      `${pause} ms`,
    );
  }
});

Deno.test("what was sent before the connection broke is there once", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  relay.losesAnswers = true;
  await bob.writing.send(chat.id, { text: "Did it arrive?" });
  await relay.settle();
  const own = () => bob.book.messages(chat.id).at(-1)!;
  assert.equal(own().state, "sending");
  relay.losesAnswers = false;
  relay.return();
  while (own().state === "sending") {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await relay.settle();
  assert.equal(
    relay.sent.filter(({ raw }) => raw.includes(own().id)).length,
    2,
  );
  const got = texts(ann, ann.book.chats[0]!.id);
  assert.deepEqual(got.filter((text) => text === "Did it arrive?").length, 1);
  assert.equal(ann.book.chats[0]!.unread, 1);
});

Deno.test("a chat that was removed leaves no words behind", async () => {
  const { bob, chat } = await acquainted();
  const { book } = bob;
  await book.setDraft(chat.id, "Begun");
  await Promise.all([
    bob.acts.remove(book.chat(chat.id)!),
    book.setDraft(chat.id, "Begun again"),
  ]);
  await book.setDraft(chat.id, "And again");
  const left = [...(await book.vault.all("")).keys()];
  assert.deepEqual(left.filter((name) => name.includes(chat.id)), []);
});

Deno.test("nothing that is kept for want of room is counted as said", async () => {
  const { relay, bob, chat } = await acquainted();
  const { length } = relay.sent;
  const vault = bob.book.vault as MemoryVault;
  const put = vault.put.bind(vault);
  vault.put = () => Promise.reject(new NotKept("No room"));
  await assert.rejects(
    bob.writing.send(chat.id, {
      text: "Large",
      attachment: { name: "a", type: "a/b", octets: toOctets("A") },
    }),
    NotKept,
  );
  await assert.rejects(bob.acts.mute(bob.book.chat(chat.id)!, true), NotKept);
  assert.equal(relay.sent.length, length);
  assert.equal(bob.book.chat(chat.id)?.isMuted, undefined);
  vault.put = put;
  await bob.acts.mute(bob.book.chat(chat.id)!, true);
  assert.equal(bob.book.chat(chat.id)?.isMuted, true);
});

Deno.test("a clock that was set back puts nothing before what was there", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  await bob.writing.send(chat.id, { text: "First" });
  await relay.settle();
  const { now } = Date;
  const back = now() - 3600_000;
  try {
    Date.now = () => back; // it stands still: what comes is always fresh
    await bob.writing.send(chat.id, { text: "Second" });
    await relay.settle();
    await ann.writing.send(ann.book.chats[0]!.id, { text: "Third" });
    await relay.settle();
    for (
      const [who, id] of [[bob, chat.id], [ann, ann.book.chats[0]!.id]] as const
    ) {
      assert.deepEqual(texts(who, id).slice(-3), ["First", "Second", "Third"]);
    }
  } finally {
    Date.now = now;
  }
});

Deno.test("whoever is written to twice at once has one chat", async () => {
  const { ann, bob } = await acquainted();
  const { key, address } = ann.book.account;
  const { book } = bob;
  slowly(book.vault as MemoryVault);
  await book.removeChat(book.singleChat(key.fingerprint)!.id);
  const [one, two] = await Promise.all([
    bob.introduced({ ...key, address }, "Ann"),
    bob.introduced({ ...key, address }, "Ann"),
  ]);
  assert.equal(one, two);
  assert.equal(book.chats.length, 1);
});

Deno.test("a group that is renamed by turns in one second has one name", async () => {
  const { relay, ann, bob } = await acquainted();
  const group = await ann.groups.create("One", ann.book.contacts);
  await ann.writing.send(group.id, { text: "Hello" });
  await relay.settle();
  const at = ({ book }: typeof ann) =>
    book.chatWithId("group", group.groupId!)!;
  for (
    const [who, name] of [[bob, "Two"], [ann, "Three"], [bob, "Four"], [
      ann,
      "Five",
    ]] as const
  ) {
    await who.groups.rename(at(who), name);
    await relay.settle();
    assert.deepEqual([at(ann).name, at(bob).name], [name, name]);
  }
});

Deno.test("a timer and a picture that are set by turns in one second are the last ones", async () => {
  const { now } = Date;
  const still = now();
  try {
    Date.now = () => still;
    const { relay, ann, bob } = await acquainted();
    const group = await ann.groups.create("One", ann.book.contacts);
    await ann.writing.send(group.id, { text: "Hello" });
    await relay.settle();
    const at = ({ book }: typeof ann) =>
      book.chatWithId("group", group.groupId!)!;
    const faceAt = async (who: typeof ann) => {
      const { face } = at(who);
      return face && [...await who.book.vault.get<Uint8Array>(face) ?? []];
    };
    for (const [who, count] of [[bob, 1], [ann, 2], [bob, 3]] as const) {
      const face = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, count);
      await who.groups.setTimer(at(who), 60 * count);
      await who.groups.setFace(at(who), face);
      await relay.settle();
      for (const one of [ann, bob]) {
        assert.equal(at(one).timerSeconds, 60 * count, `${count}`);
        assert.deepEqual(await faceAt(one), [...face], `${count}`);
      }
    }
    // the last is taken out again, all in that second
    await ann.groups.setTimer(at(ann), 0);
    await ann.groups.setFace(at(ann), "none");
    await relay.settle();
    assert.deepEqual(
      [at(bob).timerSeconds ?? 0, at(bob).face],
      [0, undefined],
    );
  } finally {
    Date.now = now;
  }
});

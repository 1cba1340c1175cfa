/** Chats that strangers begin. @module */
import assert from "node:assert/strict";
import type { Messenger } from "../../web/browser/app/model/messenger.ts";
import { MemoryRelay, person, texts } from "./people.ts";

/** Carl has got the key of Ann from somebody; she knows nothing of him. */
async function strangers() {
  const relay = new MemoryRelay();
  const ann = await person(relay, "Ann");
  const carl = await person(relay, "Carl");
  const { key, address } = ann.book.account;
  const chat = await carl.introduced({ ...key, address }, "Ann");
  const says = async (text: string, to = chat) => {
    await carl.writing.send(to, { text });
    await relay.settle();
  };
  return { relay, ann, carl, chat, says };
}

const onlyChat = ({ book }: Messenger) => {
  assert.equal(book.chats.length, 1);
  return book.chats[0]!;
};

const named = ({ book }: Messenger, wanted: string) =>
  book.chats.find(({ name }) => name === wanted)!;

Deno.test("a stranger is read, and learns nothing before an answer", async () => {
  const { relay, ann, carl, chat, says } = await strangers();
  await says("Hi, it is me");
  assert.equal(onlyChat(ann).isRequest, true);
  const { length } = relay.sent;
  await ann.readState.openChat(onlyChat(ann).id);
  await relay.settle();
  assert.equal(relay.sent.length, length); // no receipt
  assert.equal(onlyChat(ann).unread, 0);
  await ann.writing.send(onlyChat(ann).id, { text: "Who?" });
  await relay.settle();
  assert.equal(onlyChat(ann).isRequest, undefined);
  assert.deepEqual(texts(carl, chat), ["Hi, it is me", "Who?"]);
  await says("Carl");
  await relay.settle();
  assert.equal(carl.book.messages(chat).at(-1)!.state, "read");
});

Deno.test("a stranger who is refused is heard no more", async () => {
  const { ann, says } = await strangers();
  await says("Buy this");
  await ann.acts.refuse(onlyChat(ann));
  await says("Buy that");
  assert.deepEqual(ann.book.chats, []);
  assert.equal(ann.book.contacts.every(({ blocked }) => blocked), true);
});

Deno.test("a group of strangers is asked about; one of somebody accepted is not", async () => {
  const { relay, ann, carl, says } = await strangers();
  const [known] = carl.book.contacts;
  const group = await carl.groups.create("Bargains", [known!]);
  await says("Welcome", group.id);
  assert.equal(onlyChat(ann).isRequest, true);
  await says("Still here?", group.id);
  await ann.acts.refuse(onlyChat(ann));
  await says("Hello?", group.id);
  assert.deepEqual(ann.book.chats, []);

  const [contact] = ann.book.contacts;
  await ann.book.setContact({ ...contact!, blocked: false });
  await says("I am sorry");
  await ann.acts.accept(onlyChat(ann));
  const hikers = await carl.groups.create("Hikers", [known!]);
  await says("Up we go", hikers.id);
  await relay.settle();
  assert.equal(named(ann, "Hikers").isRequest, undefined);
});

Deno.test("who is met by a code asks no more, whoever shows it", async () => {
  for (const shows of ["ann", "carl"] as const) {
    const people = await strangers();
    const { relay, ann, carl, says } = people;
    await says("Hi, it is me");
    assert.equal(onlyChat(ann).isRequest, true);
    const joins = shows === "ann" ? carl : ann;
    await joins.join(await people[shows].handshakes.offer());
    await relay.settle();
    assert.equal(onlyChat(ann).isRequest, undefined, shows);
  }
});

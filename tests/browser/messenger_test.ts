/** Two clients that write to each other over a relay in memory. @module */
import assert from "node:assert/strict";
import { toOctets } from "../../web/browser/app/protocol/octets.ts";
import { NotKept } from "../../web/browser/app/storage/vault.ts";
import { acquainted, person, texts } from "./people.ts";

Deno.test("two people meet by a link, and each knows the other's key for certain", async () => {
  const { ann, bob } = await acquainted();
  const [knownToBob] = bob.book.contacts;
  const [knownToAnn] = ann.book.contacts;
  assert.equal(knownToBob?.fingerprint, ann.book.account.key.fingerprint);
  assert.equal(knownToAnn?.fingerprint, bob.book.account.key.fingerprint);
  assert.equal(knownToBob?.verified && knownToAnn?.verified, true);
  assert.equal(knownToAnn?.name, "Bob");
  assert.equal(knownToBob?.name, "Ann");
});

for (const domain of ["[203.0.113.5]", "[ipv6:2001:db8::5]"]) {
  Deno.test(`people of a relay without a domain, at ${domain}, write to each other`, async () => {
    const { relay, ann, bob, chat } = await acquainted(domain);
    assert.equal(bob.book.contacts[0]?.address, `ann@${domain}`);
    const certificate = atob(ann.book.account.key.certificate);
    assert.ok(certificate.includes(`<ann@${domain}>`));
    await bob.writing.send(chat.id, { text: "Hi" });
    await relay.settle();
    assert.ok(texts(ann, ann.book.chats[0]!.id).includes("Hi"));
  });
}

Deno.test("nothing of a message is in clear but who writes and when about", async () => {
  const { relay, bob, ann, chat } = await acquainted();
  relay.sent.length = 0;
  await bob.writing.send(chat.id, {
    text: "The secret is 42",
    attachment: {
      name: "plan.txt",
      type: "text/plain",
      octets: toOctets("A plan"),
    },
  });
  await relay.settle();
  const [{ raw } = { raw: "" }] = relay.sent;
  for (const word of ["secret", "plan", "Bob", "ann@", "Disposition-Not"]) {
    assert.ok(!raw.includes(word), word);
  }
  const [annsChat] = ann.book.chats;
  const last = ann.book.messages(annsChat!.id).at(-1);
  assert.equal(last?.text, "The secret is 42");
  const octets = await ann.book.vault.get<Uint8Array>(last!.file!.key!);
  assert.equal(new TextDecoder().decode(octets), "A plan");
});

Deno.test("a message that is looked at is confirmed, and a reaction arrives", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  await bob.writing.send(chat.id, { text: "Hi" });
  await relay.settle();
  const [annsChat] = ann.book.chats;
  assert.equal(annsChat?.unread, 1);
  await ann.readState.openChat(annsChat!.id);
  await relay.settle();
  assert.equal(bob.book.messages(chat.id).at(-1)?.state, "read");
  const received = ann.book.messages(annsChat!.id).at(-1)!;
  await ann.writing.react(received, "👍");
  await relay.settle();
  const annKey = ann.book.account.key.fingerprint;
  assert.deepEqual(bob.book.messages(chat.id).at(-1)?.reactions, {
    [annKey]: "👍",
  });
});

Deno.test("a group: by invitation, and by choosing people", async () => {
  const { relay, ann, bob } = await acquainted();
  const cleo = await person(relay, "Cleo");
  const group = await ann.groups.create("Hikers", ann.book.contacts);
  await ann.writing.send(group.id, { text: "Where to?" });
  await relay.settle();
  const bobs = bob.book.chatWithId("group", group.groupId!)!;
  assert.equal(bobs.name, "Hikers");
  const joined = await cleo.join(await ann.handshakes.offer(group));
  await relay.settle();
  await bob.writing.send(bobs.id, { text: "Up" });
  await relay.settle();
  assert.deepEqual(texts(ann, group.id), ["Where to?", "Up"]);
  assert.deepEqual(texts(cleo, joined.id).at(-1), "Up");
  assert.equal(bob.book.chat(bobs.id)?.members.length, 2);
  await cleo.groups.leave(cleo.book.chat(joined.id)!);
  await relay.settle();
  assert.equal(bob.book.chat(bobs.id)?.members.length, 1);
});

Deno.test("what the relay refuses is said, and can be sent again", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  relay.refusal = "450 4.7.1 Too much mail";
  await bob.writing.send(chat.id, { text: "Again" });
  const failed = bob.book.messages(chat.id).at(-1)!;
  assert.equal(failed.state, "failed");
  assert.equal(failed.error, "450 4.7.1 Too much mail");
  relay.refusal = undefined;
  await bob.writing.sendAgain(failed);
  await relay.settle();
  assert.equal(bob.book.messages(chat.id).at(-1)?.state, "sent");
  assert.equal(texts(ann, ann.book.chats[0]!.id).at(-1), "Again");
});

Deno.test("whoever does not know the link is not let in", async () => {
  const { relay, ann } = await acquainted();
  const eve = await person(relay, "Eve");
  const link = await ann.handshakes.offer();
  await eve.join(link.replace(/&s=[^&]+/, "&s=guessedguessedguessed"));
  await relay.settle();
  const key = eve.book.account.key.fingerprint;
  assert.equal(ann.book.contact(key), undefined);
  assert.equal(ann.book.singleChat(key), undefined);
});

Deno.test("rubbish is passed over, and does not come again", async () => {
  const { ann } = await acquainted();
  for (
    const text of [
      "",
      "\0\0\0",
      "Content-Type: multipart/encrypted\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nAAAA\r\n-----END PGP MESSAGE-----",
      "From: \r\nSecure-Join: vc-auth-required\r\n\r\n",
    ]
  ) await ann.receive(ann.book.uid + 1, toOctets(text));
  assert.equal(ann.book.chats.length, 1);
});

Deno.test("a message for which there is no room is not passed over", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  const { vault } = ann.book;
  const put = vault.put.bind(vault);
  vault.put = () => Promise.reject(new NotKept("No room"));
  relay.sent.length = 0;
  await bob.writing.send(chat.id, { text: "Kept" }).catch(() => {});
  await relay.settle().catch(() => {});
  const before = ann.book.uid;
  const raw = toOctets(relay.sent[0]!.raw);
  await assert.rejects(ann.receive(before + 1, raw), /No room/);
  assert.equal(ann.book.uid, before);
  vault.put = put;
  await ann.receive(before + 1, raw);
  assert.equal(texts(ann, ann.book.chats[0]!.id).at(-1), "Kept");
});

Deno.test("a browser that cannot keep even how far it has read says so", async () => {
  const { ann } = await acquainted();
  const { vault } = ann.book;
  const put = vault.put.bind(vault);
  vault.put = () => Promise.reject(new NotKept("No room"));
  const { uid } = ann.book;
  await assert.rejects(ann.receive(uid + 1, toOctets("rubbish")), /No room/);
  assert.equal(ann.isFull, true);
  vault.put = put;
  await ann.receive(uid + 1, toOctets("rubbish"));
  assert.deepEqual([ann.isFull, ann.book.uid], [false, uid + 1]);
});

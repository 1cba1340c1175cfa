/** A second browser, a connection that comes and goes, and a browser without room. @module */
import assert from "node:assert/strict";
import { Book } from "../../web/browser/app/model/book.ts";
import { Messenger } from "../../web/browser/app/model/messenger.ts";
import { toOctets } from "../../web/browser/app/protocol/octets.ts";
import {
  makeCode,
  readTransfer,
  writeTransfer,
} from "../../web/browser/app/storage/transfer.ts";
import { MemoryVault, NotKept } from "../../web/browser/app/storage/vault.ts";
import { acquainted, texts } from "./people.ts";

Deno.test("what is written without a connection is sent in its order when there is one", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  const states = () =>
    bob.book.messages(chat.id).filter(({ info }) => !info)
      .map(({ state }) => state);
  relay.isThere = false;
  for (const text of ["One", "Two", "Three"]) {
    await bob.writing.send(chat.id, { text });
  }
  assert.deepEqual(states(), ["sending", "sending", "sending"]);
  relay.return();
  await relay.settle();
  while (states().includes("sending")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await relay.settle();
  assert.deepEqual(texts(ann, ann.book.chats[0]!.id), ["One", "Two", "Three"]);
  assert.deepEqual(states(), ["sent", "sent", "sent"]);
});

Deno.test("what was read without a connection is told by the next page that has one", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  await bob.writing.send(chat.id, { text: "Read it in a tunnel" });
  await relay.settle();
  const { length } = relay.seen;
  const state = () => bob.book.messages(chat.id).at(-1)!.state;
  relay.isThere = false;
  await ann.readState.openChat(ann.book.chats[0]!.id);
  assert.deepEqual([relay.seen.length, state()], [length, "sent"]);
  // the page is closed, and opened where there is a connection
  const again = new Messenger(
    (await Book.open(ann.book.vault))!,
    relay.link(ann.book.account.address),
  );
  relay.isThere = true;
  again.start();
  while (state() !== "read") {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await relay.settle();
  }
  assert.equal(relay.seen.length, length + 1);
  await again.readState.catchUp();
  await relay.settle();
  assert.equal(relay.seen.length, length + 1); // once
});

Deno.test("a browser without room says so, and no more once there is some", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  const { vault } = ann.book;
  const put = vault.put.bind(vault);
  await bob.writing.send(chat.id, { text: "Large" });
  await relay.settle();
  const raw = toOctets(relay.sent.at(-1)!.raw.replace(/Message-ID/, "X"));
  let told = 0;
  ann.watchState(() => told++);
  vault.put = () => Promise.reject(new NotKept("No room"));
  await assert.rejects(ann.receive(ann.book.uid + 1, raw));
  assert.deepEqual([ann.isFull, told], [true, 1]);
  vault.put = put;
  await ann.receive(ann.book.uid + 1, raw);
  assert.deepEqual([ann.isFull, told], [false, 2]);
});

Deno.test("a second browser has it all, and each has what either sends", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  await bob.writing.send(chat.id, {
    text: "Before",
    attachment: {
      name: "plan.txt",
      type: "text/plain",
      octets: toOctets("A plan"),
    },
  });
  await relay.settle();
  const code = makeCode();
  await bob.book.setAccount({ ...bob.book.account, hasOtherDevices: true });
  const file = await writeTransfer(bob.book.vault, code);
  for (const word of ["Before", "A plan", "PRIVATE", '"Bob"']) {
    assert.ok(!file.includes(word), word);
  }
  const vault = new MemoryVault();
  await readTransfer(file, code.toLowerCase().replaceAll("-", " "), vault);
  const book = (await Book.open(vault))!;
  assert.deepEqual(book.account, bob.book.account);
  const second = new Messenger(book, relay.link("second"));
  const [moved] = book.chats;
  assert.deepEqual(texts(second, moved!.id), ["Before"]);
  const kept = book.messages(moved!.id).at(-1)!.file!;
  const octets = await vault.get<Uint8Array>(kept.key!);
  assert.equal(new TextDecoder().decode(octets), "A plan");

  await bob.writing.send(chat.id, { text: "From the first" });
  await relay.settle();
  const sent = relay.sent.at(-1)!;
  assert.ok(sent.to.includes(bob.book.account.address));
  await second.receive(book.uid + 1, toOctets(sent.raw));
  assert.equal(texts(second, moved!.id).at(-1), "From the first");
  assert.equal(book.messages(moved!.id).at(-1)!.from, "");
  assert.equal(texts(bob, chat.id).length, 2); // its own copy is no second message
  assert.ok(ann);
});

Deno.test("nothing is taken from a file that is another, or with another code", async () => {
  const { bob } = await acquainted();
  const code = makeCode();
  const file = await writeTransfer(bob.book.vault, code);
  const { format: _, ...rest } = JSON.parse(file);
  const rows: [string, string, string][] = [
    [file, makeCode(), "wrong_code"],
    [
      file.replace(/(?<="data":")./, (one) => one === "A" ? "B" : "A"),
      code,
      "wrong_code",
    ],
    ["", code, "no_transfer"],
    ["{}", code, "no_transfer"],
    ["[1]", code, "no_transfer"],
    ["null", code, "no_transfer"],
    [JSON.stringify(rest), code, "no_transfer"],
    [file.replace('"version":1', '"version":2'), code, "newer_transfer"],
    ['{"format":"postern-app","version":1,"data":"§"}', code, "no_transfer"],
  ];
  for (const [text, with_, error] of rows) {
    const vault = new MemoryVault();
    await assert.rejects(readTransfer(text, with_, vault), { message: error });
    assert.equal((await vault.all("")).size, 0);
  }
});

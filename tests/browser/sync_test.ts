/** What one browser does with chats and people is done in another one of the same account. */
import assert from "node:assert/strict";
import { readItems } from "../../web/browser/app/model/devices/sync_items.ts";
import { Messenger } from "../../web/browser/app/model/messenger.ts";
import { Book } from "../../web/browser/app/model/book.ts";
import { toOctets } from "../../web/browser/app/protocol/octets.ts";
import {
  makeCode,
  readTransfer,
  writeTransfer,
} from "../../web/browser/app/storage/transfer.ts";
import { MemoryVault } from "../../web/browser/app/storage/vault.ts";
import { acquainted, MemoryRelay, person, texts } from "./people.ts";

/** Bob has two browsers; what he tells himself comes to the second when it is handed on. */
async function twice() {
  const met = await acquainted();
  const { relay, bob } = met;
  await bob.book.alterAccount((one) => ({ ...one, hasOtherDevices: true }));
  const second = await copyOf(bob, relay);
  let next = 0;
  /** All that has been sent to him since. */
  const handOn = async () => {
    await bob.devices.sendWaiting();
    await relay.settle();
    for (const { to, raw } of relay.sent.slice(next)) {
      if (!to.includes(bob.book.account.address)) continue;
      await second.receive(second.book.uid + 1, toOctets(raw));
    }
    next = relay.sent.length;
  };
  next = relay.sent.length;
  return { ...met, second, handOn };
}

async function copyOf(bob: Messenger, relay: MemoryRelay): Promise<Messenger> {
  const code = makeCode();
  const vault = new MemoryVault();
  await readTransfer(await writeTransfer(bob.book.vault, code), code, vault);
  return new Messenger((await Book.open(vault))!, relay.link("second"));
}

Deno.test("chats are pinned, put away, muted and removed on all devices of one", async () => {
  const { relay, bob, ann, second, chat, handOn } = await twice();
  const here = () => bob.book.chat(chat.id)!;
  const there = () => second.book.chat(chat.id);
  await bob.acts.place(here(), "pinned");
  await bob.acts.mute(here(), true);
  await handOn();
  assert.deepEqual([there()?.place, there()?.isMuted], ["pinned", true]);
  await bob.acts.mute(here(), false);
  await bob.acts.place(here(), "archived");
  await handOn();
  assert.deepEqual([there()?.place, there()?.isMuted], ["archived", undefined]);
  // what comes brings it back, on both
  await ann.writing.send(ann.book.chats[0]!.id, { text: "Here I am" });
  const news = relay.sent.at(-1)!.raw;
  await relay.settle();
  await second.receive(second.book.uid + 1, toOctets(news));
  assert.deepEqual([here().place, there()?.place], [undefined, undefined]);
  const [message] = bob.book.messages(chat.id).slice(-1);
  await bob.acts.forget(message!);
  await handOn();
  assert.ok(!texts(second, chat.id).includes("Here I am"));
  await bob.acts.remove(here());
  await handOn();
  assert.equal(there(), undefined);
});

Deno.test("what one's own words bring back undoes nothing that was done since", async () => {
  const { relay, bob, chat } = await twice();
  relay.hold();
  await bob.acts.mute(bob.book.chat(chat.id)!, true);
  await bob.acts.mute(bob.book.chat(chat.id)!, false);
  await bob.acts.place(bob.book.chat(chat.id)!, "pinned");
  await bob.devices.sendWaiting();
  await relay.release();
  const { isMuted, place } = bob.book.chat(chat.id)!;
  assert.deepEqual([isMuted, place], [undefined, "pinned"]);
});

Deno.test("what was done without a connection is told with the next one, also of another page", async () => {
  const { relay, bob, second, chat, handOn } = await twice();
  relay.isThere = false;
  await bob.acts.mute(bob.book.chat(chat.id)!, true);
  await bob.acts.place(bob.book.chat(chat.id)!, "pinned");
  await handOn();
  assert.equal(second.book.chat(chat.id)?.isMuted, undefined);
  const page = new Messenger(
    (await Book.open(bob.book.vault))!,
    relay.link(bob.book.account.address),
  );
  relay.isThere = true;
  page.start();
  await page.devices.sendWaiting();
  await handOn();
  const { isMuted, place } = second.book.chat(chat.id)!;
  assert.deepEqual([isMuted, place], [true, "pinned"]);
});

Deno.test("requests that are accepted, people and groups that are blocked, are so on all devices", async () => {
  const relay = new MemoryRelay();
  const ann = await person(relay, "Ann");
  const carl = await person(relay, "Carl");
  await ann.book.alterAccount((one) => ({ ...one, hasOtherDevices: true }));
  const second = await copyOf(ann, relay);
  let next = 0;
  const handOn = async () => {
    await ann.devices.sendWaiting();
    await relay.settle();
    for (const { to, raw } of relay.sent.slice(next)) {
      if (to.includes(ann.book.account.address)) {
        await second.receive(second.book.uid + 1, toOctets(raw));
      }
    }
    next = relay.sent.length;
  };
  const { key, address } = ann.book.account;
  const carls = await carl.introduced({ ...key, address }, "Ann");
  await carl.writing.send(carls, { text: "Hi" });
  await handOn();
  const requests = () =>
    [ann, second].map(({ book }) =>
      book.chats.filter(({ isRequest }) => isRequest).length
    );
  assert.deepEqual(requests(), [1, 1]);
  await ann.acts.accept(ann.book.chats[0]!);
  await handOn();
  assert.deepEqual(requests(), [0, 0]);
  // a group of Dan's: nothing of it, whoever writes, and Dan himself is heard
  const dan = await person(relay, "Dan");
  await dan.introduced({ ...key, address }, "Ann");
  await dan.join(await carl.handshakes.offer());
  await handOn();
  const group = await dan.groups.create("Bargains", dan.book.contacts);
  await dan.writing.send(group.id, { text: "Buy this" });
  await handOn();
  assert.deepEqual(requests(), [1, 1]);
  const request = ann.book.chats.find(({ isRequest }) => isRequest)!;
  await ann.acts.refuse(request);
  await handOn();
  assert.deepEqual(requests(), [0, 0]);
  const carlsGroup = carl.book.chatWithId("group", group.groupId!)!;
  await carl.writing.send(carlsGroup.id, { text: "Do buy it" });
  await dan.writing.send(group.id, { text: "Buy that" });
  await handOn();
  for (const { book } of [ann, second]) {
    const blocked = book.blockedChats.map(({ name }) => name);
    assert.deepEqual(blocked, ["Bargains"]);
    assert.deepEqual(book.allMessages(book.blockedChats[0]!.id), []);
    assert.ok(book.contacts.every(({ blocked }) => !blocked));
  }
  await ann.acts.unblockGroup(ann.book.blockedChats[0]!);
  await handOn(); // the other device would pass over what comes before it knows
  await dan.writing.send(group.id, { text: "Sorry" });
  await handOn();
  for (const { book } of [ann, second]) {
    const chat = book.chats.find(({ name }) => name === "Bargains")!;
    assert.equal(book.messages(chat.id).at(-1)?.text, "Sorry");
  }
  await ann.acts.block(ann.book.contactsAt("carl@relay.example")[0]!, true);
  await handOn();
  assert.equal(second.book.contactsAt("carl@relay.example")[0]?.blocked, true);
});

Deno.test("a name and whether receipts are sent are of all devices", async () => {
  const { bob, second, handOn } = await twice();
  await bob.acts.rename("Robert");
  await bob.acts.sendReceipts(false);
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2);
  await bob.acts.setFace(png);
  await handOn();
  const { name, sendsReceipts, face } = second.book.account;
  assert.deepEqual([name, sendsReceipts], ["Robert", false]);
  assert.deepEqual(await second.book.vault.get(face!), png);
});

Deno.test("nobody else tells what is to be done, and no rubbish is", async () => {
  const { relay, ann, bob, chat } = await twice();
  const [anns] = ann.book.chats;
  await ann.book.alterAccount((one) => ({ ...one, hasOtherDevices: true }));
  await ann.acts.mute(anns!, true);
  await ann.devices.sendWaiting();
  const { raw } = relay.sent.at(-1)!;
  await bob.receive(bob.book.uid + 1, toOctets(raw));
  assert.equal(bob.book.chat(chat.id)?.isMuted, undefined);
  const item = (data: unknown) =>
    readItems(JSON.stringify({ items: [{ timestamp: 1, data }] }));
  const alter = (id: unknown, action: unknown) =>
    item({ AlterChat: { id, action } });
  for (
    const rubbish of [
      readItems(""),
      readItems("null"),
      readItems('{"items":{}}'),
      readItems('{"items":[null,1,"x",[]]}'),
      item({ Burn: 1 }),
      alter({ ContactAddr: "a@b.example" }, "Block"),
      alter({ Grpid: 1 }, "Block"),
      alter({ Grpid: "abcd" }, "Burn"),
      alter({ Grpid: "abcd" }, { SetVisibility: "Gone" }),
      alter({ Grpid: "abcd" }, { SetMuted: { Until: "x" } }),
      item({ Config: { key: "ConfiguredAddr", val: "x" } }),
      item({ DeleteMessages: { msgs: "x" } }),
    ]
  ) assert.deepEqual(rubbish, []);
  assert.equal(
    readItems(
      `{"items":[${
        Array(5000).fill('{"data":{"DeleteMessages":{"msgs":[]}}}')
      }]}`,
    ).length,
    1000,
  );
  assert.deepEqual(
    alter({ Grpid: "abcd" }, {
      SetMuted: { Until: { secs_since_epoch: 42, nanos_since_epoch: 9 } },
    }),
    [{
      AlterChat: {
        id: { Grpid: "abcd" },
        action: {
          SetMuted: { Until: { secs_since_epoch: 42, nanos_since_epoch: 0 } },
        },
      },
    }],
  );
});

Deno.test("a message that cannot be dealt with for want of a connection comes again", async () => {
  const { relay, ann } = await acquainted();
  const dan = await person(relay, "Dan");
  const link = await ann.handshakes.offer();
  relay.hold();
  const joined = await dan.join(link);
  relay.drop();
  const { raw } = relay.sent.at(-1)!;
  const { uid } = ann.book;
  relay.isThere = false;
  await assert.rejects(ann.receive(uid + 1, toOctets(raw)));
  assert.equal(ann.book.uid, uid);
  relay.isThere = true;
  await ann.receive(uid + 1, toOctets(raw));
  await relay.settle();
  assert.equal(dan.book.contact(joined.members[0]!)?.verified, true);
});

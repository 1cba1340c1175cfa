/** A WebSocket that hears of all mailboxes of its account, whoever changes them. */
import assert from "node:assert/strict";
import { Socket } from "./socket.ts";
import { withWorld } from "./world.ts";

type Count = readonly [name: string, messages: number, unseen: number];

/** Reads until all mailboxes are so; what is told before may be states on the way. */
async function tellsOf(socket: Socket, expected: readonly Count[]) {
  for (;;) {
    const { action, data } = await socket.next();
    if (action !== "mailboxes_changed") continue;
    const found = data.map((
      one: { name: string; messages: number; unseen: number },
    ) => [one.name, one.messages, one.unseen]);
    if (JSON.stringify(found) === JSON.stringify(expected)) return data;
  }
}

Deno.test("all mailboxes are told of: mail, flags, and what IMAP does to them", () =>
  withWorld(async (_world, ann, bob) => {
    const sockets = [await Socket.open(bob), await Socket.open(bob)];
    const plain = await Socket.open(bob);
    const others = await Socket.open(ann);
    for (const socket of [...sockets, others]) {
      const asked = { events: ["mailboxes", "mailboxes"] };
      assert.deepEqual(await socket.result("subscribe", asked), {
        status: "subscribed",
        events: ["mailboxes"],
      });
      const [inbox] = await tellsOf(socket, [["INBOX", 0, 0]]);
      const [listed] = await socket.result("list_mailboxes");
      assert.deepEqual(inbox, listed);
    }
    const all = (expected: readonly Count[]) =>
      Promise.all(sockets.map((socket) => tellsOf(socket, expected)));
    await ann.send(bob.address);
    await ann.send(bob.address);
    await all([["INBOX", 2, 2]]);
    const imap = await bob.imap();
    await imap.expectOk("SELECT INBOX");
    await imap.expectOk("STORE 1 +FLAGS (\\Seen)");
    await all([["INBOX", 2, 1]]);
    await imap.expectOk("CREATE Work");
    await all([["INBOX", 2, 1], ["Work", 0, 0]]);
    await imap.expectOk("COPY 1:2 Work");
    await all([["INBOX", 2, 1], ["Work", 2, 1]]);
    await imap.expectOk("RENAME Work Home");
    await all([["Home", 2, 1], ["INBOX", 2, 1]]);
    await imap.expectOk("STORE 1 +FLAGS (\\Deleted)");
    await imap.expectOk("EXPUNGE");
    await all([["Home", 2, 1], ["INBOX", 1, 1]]);
    await imap.expectOk("DELETE Home");
    await all([["INBOX", 1, 1]]);
    await imap.expectOk("RENAME INBOX Old");
    await all([["INBOX", 0, 0], ["Old", 1, 1]]);
    imap.close();

    // whoever has not asked, or not any more, hears nothing of it
    const [first, second] = sockets;
    await first!.result("subscribe", { events: [] });
    await first!.result("create_mailbox", { name: "Last" });
    await tellsOf(second!, [["INBOX", 0, 0], ["Last", 0, 0], ["Old", 1, 1]]);
    await first!.result("list_mailboxes");
    assert.deepEqual(first!.pending, []);
    for (const socket of [plain, others]) {
      await socket.result("list_mailboxes");
      const told = socket.pending.map(({ action }) => action);
      assert.equal(told.includes("mailboxes_changed"), false);
    }
    await Promise.all([...sockets, plain, others].map((one) => one.close()));
  }));

Deno.test("what a quota takes away is told, too", () =>
  withWorld(async (world, ann, bob) => {
    for (let i = 0; i < 4; i++) await ann.send(bob.address);
    const socket = await Socket.open(bob);
    await socket.result("subscribe", { events: ["mailboxes"] });
    await tellsOf(socket, [["INBOX", 4, 4]]);
    await world.server.command("accounts", "purge", bob.address, "--yes");
    await tellsOf(socket, [["INBOX", 0, 0]]);
    await socket.close();
  }));

/** What the operator has to say, as real Delta Chat cores show it. @module */
import assert from "node:assert/strict";
import { Server } from "../harness/server.ts";
import { until } from "../harness/until.ts";
import { Core, hasJoined, type Member } from "./core.ts";

const TEXT = "We are down at ten.\nUntil eleven";

interface Status {
  readonly data: { readonly with_key: number; readonly total_users: number };
}

/**
 * Secure-Join in the form that begins in clear, as with who has an older app or
 * the messenger of the relay: it shows the joiner's key.
 */
async function joinInClear(joiner: Member, inviter: Member): Promise<void> {
  const code = await inviter.rpc.getChatSecurejoinQrCode(inviter.id, null);
  const older = code.replace("&v=3", "");
  assert.notEqual(older, code);
  await joiner.rpc.secureJoin(joiner.id, older);
  await joiner.untilEvent("end of Secure-Join", hasJoined);
}

async function withKey(server: Server): Promise<number> {
  const status: Status = JSON.parse(
    await server.command("notice", "status", "--json"),
  );
  return status.data.with_key;
}

Deno.test({
  name: "a notice is shown to who has a key that the relay knows",
  sanitizeOps: false, // the core's pipes are read as long as it runs
  sanitizeResources: false,
  async fn() {
    const server = await Server.start({
      config: "[privacy]\nremember_keys = true",
    });
    const core = await Core.start();
    try {
      const ann = await core.signUp(server, "ann");
      const bob = await core.signUp(server, "bob");
      assert.equal(await withKey(server), 0);
      await joinInClear(bob, ann);
      await until("key", async () => await withKey(server) === 1);
      const sent = JSON.parse(
        await server.command(
          "notice",
          "send",
          "Maintenance",
          TEXT,
          "--yes",
          "--json",
        ),
      );
      assert.deepEqual([sent.data.sent, sent.data.encrypted], [2, 1]);
      const shown = await bob.receive(
        "notice",
        ({ text }) => text === `Maintenance\n\n${TEXT}`,
      );
      assert.equal(shown.showPadlock, true);
      assert.equal(shown.isBot, true);
      assert.equal(shown.sender.address, `admin@${server.domain}`);
      const chat = await bob.rpc.getFullChatById(bob.id, shown.chatId);
      assert.equal(chat.isEncrypted, true);
      // the next one comes from the same contact
      await server.command(
        "notice",
        "send",
        "Again",
        "We are back",
        "--to",
        "bob",
      );
      const next = await bob.receive(
        "second notice",
        ({ text }) => text === "Again\n\nWe are back",
      );
      assert.equal(next.chatId, shown.chatId);
      await server.command("accounts", "delete", bob.address, "--yes");
      assert.equal(await withKey(server), 0);
    } finally {
      await core.dispose();
      await server.dispose();
    }
  },
});

Deno.test({
  name: "no key is kept where that is not wanted",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const server = await Server.start();
    const core = await Core.start();
    try {
      const ann = await core.signUp(server, "ann");
      const bob = await core.signUp(server, "bob");
      await joinInClear(bob, ann);
      assert.equal(await withKey(server), 0);
      const sent = JSON.parse(
        await server.command(
          "notice",
          "send",
          "Maintenance",
          TEXT,
          "--yes",
          "--json",
        ),
      );
      assert.deepEqual([sent.data.sent, sent.data.encrypted], [2, 0]);
    } finally {
      await core.dispose();
      await server.dispose();
    }
  },
});

/** Two people and their friends use the relay through real Delta Chat cores. @module */
import assert from "node:assert/strict";
import { chatWith, digest, gather, sendFile } from "./chats.ts";
import { Core, formOf, loginLink, type Member } from "./core.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { ImapClient } from "../harness/imap_client.ts";

const READ = 28;
const FAILED = 24;

interface Stage {
  readonly server: Server;
  readonly first: Core;
  readonly second: Core;
  readonly ann: Member;
  readonly bob: Member;
  /** Chat with the other one, at Ann and at Bob. */
  readonly annsChat: number;
  readonly bobsChat: number;
}

async function setUp(): Promise<Stage> {
  const server = await Server.start();
  const [first, second] = await Promise.all([Core.start(), Core.start()]);
  const [ann, bob] = await Promise.all([
    first.signUp(server, "ann"),
    second.signUpByForm(server, "bob", "starttls"),
  ]);
  const bobsChat = await bob.join(ann);
  const annsChat = await chatWith(ann, "bob");
  return { server, first, second, ann, bob, annsChat, bobsChat };
}

async function tearDown({ server, first, second }: Stage): Promise<void> {
  await Promise.all([first.dispose(), second.dispose()]);
  await server.dispose();
}

type Scene = (stage: Stage) => Promise<void>;

const SCENES: Record<string, Scene> = {
  async "a chat goes both ways over IDLE"({ ann, bob, annsChat, bobsChat }) {
    await ann.send(annsChat, "Hello Bob");
    const received = await bob.receiveText("Hello Bob");
    assert.equal(received.showPadlock, true);
    await bob.send(bobsChat, "Hello Ann");
    assert.equal((await ann.receiveText("Hello Ann")).showPadlock, true);
  },

  async "a read receipt arrives"({ ann, bob, annsChat }) {
    const sent = await ann.send(annsChat, "Have you read this?");
    const received = await bob.receiveText("Have you read this?");
    await bob.rpc.markseenMsgs(bob.id, [received.id]);
    await ann.untilState(sent, READ);
  },

  async "a reaction arrives"({ ann, bob, annsChat }) {
    const sent = await ann.send(annsChat, "Do you like it?");
    const received = await bob.receiveText("Do you like it?");
    await bob.rpc.sendReaction(bob.id, received.id, ["🎉"]);
    await ann.core.until(
      "reaction",
      async () =>
        (await ann.rpc.getMessageReactions(ann.id, sent))?.reactions
          .some(({ emoji }) => emoji === "🎉"),
    );
  },

  async "an edit arrives"({ ann, bob, annsChat }) {
    const sent = await ann.send(annsChat, "At four");
    const received = await bob.receiveText("At four");
    await ann.rpc.sendEditRequest(ann.id, sent, "At five");
    await bob.core.until(
      "edited text",
      async () => (await bob.message(received.id)).text === "At five",
    );
    assert.equal((await bob.message(received.id)).isEdited, true);
  },

  async "a message deleted for all is gone"({ ann, bob, annsChat }) {
    const sent = await ann.send(annsChat, "Forget this");
    await bob.receiveText("Forget this");
    await ann.rpc.deleteMessagesForAll(ann.id, [sent]);
    await bob.core.until(
      "deletion",
      async () =>
        !(await bob.messages()).some(({ text }) => text === "Forget this"),
    );
  },

  async "a file of 20 MB arrives whole"({ ann, bob, annsChat, first }) {
    const path = `${first.folder}/large.bin`;
    const hash = await sendFile(ann, annsChat, path, 20_000_000);
    const received = await bob.receive(
      "a large file",
      ({ fileName, downloadState }) =>
        fileName === "large.bin" && downloadState === "Done",
    );
    assert.ok(received.file);
    assert.equal(await digest(await Deno.readFile(received.file)), hash);
  },

  async "a group of ten hears everybody"({ server, second, ann }) {
    const friends: Member[] = [];
    for (let n = 1; n <= 9; n++) {
      friends.push(await second.signUp(server, `friend${n}`));
    }
    const group = await ann.rpc.createGroupChat(ann.id, "Ten", false);
    await gather(ann, group, friends);
    await ann.send(group, "Welcome, all of you");
    const heard = await Promise.all(
      friends.map((friend) => friend.receiveText("Welcome, all of you")),
    );
    const [one] = friends;
    const [oneHeard] = heard;
    assert.ok(one && oneHeard);
    await one.core.until(
      "ten members at a friend",
      () => one.knowsAll(oneHeard.chatId, 10),
    );
    await one.send(oneHeard.chatId, "Glad to be here");
    await Promise.all(
      [ann, ...friends.slice(1)].map((member) =>
        member.receiveText("Glad to be here")
      ),
    );
    for (const friend of friends) await friend.rpc.stopIo(friend.id);
  },

  async "a second device of the account stays in sync"(
    { first, second, ann, bob, annsChat, bobsChat },
  ) {
    await ann.rpc.setConfig(ann.id, "bcc_self", "1");
    const transfer = ann.rpc.provideBackup(ann.id);
    const code = await ann.rpc.getBackupQr(ann.id);
    const id = await second.rpc.addAccount();
    await second.rpc.getBackup(id, code);
    await transfer;
    await second.rpc.startIo(id);
    const device = second.account(id, ann);
    await bob.send(bobsChat, "To both devices");
    await Promise.all([
      ann.receiveText("To both devices"),
      device.receiveText("To both devices"),
    ]);
    await ann.send(annsChat, "From the first device");
    const copy = await device.receiveText("From the first device");
    assert.equal(copy.fromId, 1, "shown as sent by oneself");
    await second.rpc.stopIo(id);
    assert.ok(first.events.length > 0);
  },

  async "a wrong password is called wrong"({ server, second, ann }) {
    const id = await second.rpc.addAccount();
    const error = await second.rpc.addOrUpdateTransport(
      id,
      formOf(server, ann.address, "not the password", "ssl"),
    ).then(() => undefined, (error: Error) => error);
    assert.match(String(error?.message), /login|password|credentials/i);
    await second.rpc.removeAccount(id);
  },

  async "an unencrypted message fails with core's own notice"({ ann }) {
    await ann.rpc.setConfig(ann.id, "force_encryption", "0");
    const contact = await ann.rpc.createContact(
      ann.id,
      `stranger@${DOMAIN}`,
      null,
    );
    const chat = await ann.rpc.createChatByContactId(ann.id, contact);
    const sent = await ann.send(chat, "In clear");
    await ann.untilState(sent, FAILED);
    assert.match(
      String((await ann.message(sent)).error),
      /5\.7\.10 Encryption Needed: Invalid Unencrypted Mail/,
    );
    await ann.receive(
      "notice",
      ({ text }) =>
        text.includes("requires end-to-end encryption which is not setup yet"),
    );
  },

  async "a deleted account is logged out and cannot come back"(
    { server, second },
  ) {
    const gone = await second.signUp(server, "gone");
    const session = await ImapClient.connect(
      server.ports.imapTls,
      await server.certificate(),
    );
    await session.login(gone.address, gone.password);
    await server.command("accounts", "delete", gone.address, "--yes");
    await assert.rejects(async () => {
      for (;;) await session.readResponse();
    });
    session.close();
    const id = await second.rpc.addAccount();
    await assert.rejects(second.rpc.addTransportFromQr(
      id,
      loginLink(server, gone.address, gone.password),
    ));
    await second.rpc.removeAccount(id);
  },
};

let stage: Stage | undefined;
Deno.test.beforeAll(async () => {
  stage = await setUp();
});
Deno.test.afterAll(async () => {
  if (stage) await tearDown(stage);
});
for (const [name, scene] of Object.entries(SCENES)) {
  Deno.test({
    name: `Delta Chat: ${name}`,
    sanitizeOps: false, // the cores' pipes are read as long as they run
    sanitizeResources: false,
    async fn() {
      assert.ok(stage, "two people have signed up and joined");
      await scene(stage);
    },
  });
}

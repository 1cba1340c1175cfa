/**
 * The messenger of the browser, without a browser, and real Delta Chat cores:
 * they meet both ways by whatever codes that version makes, alone, in groups and
 * in a channel. `POSTERN_CORES` names executables of more versions.
 */
import assert from "node:assert/strict";
import * as openpgp from "../../web/browser/openpgp.ts";
import { Book } from "../../web/browser/app/model/book.ts";
import { Messenger } from "../../web/browser/app/model/messenger.ts";
import type { Chat } from "../../web/browser/app/model/types.ts";
import type {
  MailEvents,
  MailLink,
} from "../../web/browser/app/net/mail_link.ts";
import { makeKey } from "../../web/browser/app/protocol/keys.ts";
import { toOctets } from "../../web/browser/app/protocol/octets.ts";
import { useOpenPgp } from "../../web/browser/app/protocol/openpgp.ts";
import { MemoryVault } from "../../web/browser/app/storage/vault.ts";
import { Socket } from "../webmail/socket.ts";
import {
  PASSWORD,
  type User,
  withWorld,
  type World,
} from "../webmail/world.ts";
import { Core } from "./core.ts";

useOpenPgp(openpgp);
const LIMIT_MS = 60_000;

/** The relay over a WebSocket, as the page has it. */
class SocketLink implements MailLink {
  #work: Promise<void> = Promise.resolve();
  #events: MailEvents | undefined;
  constructor(readonly socket: Socket) {}

  start(_uid: number, events: MailEvents): void {
    this.#events = events;
  }

  /** Reads what has come. */
  async take(): Promise<void> {
    await this.socket.result("list_mailboxes");
    const frames = this.socket.take();
    for (const { action, data: { uid } } of frames) {
      if (action !== "new_message") continue;
      this.#work = this.#work.then(async () => {
        const { body } = await this.socket.result("fetch", { uid });
        await this.#events?.onMessage(uid, toOctets(body));
      });
    }
    await this.#work;
  }

  async send(to: readonly string[], body: string): Promise<void> {
    await this.socket.result("send", { to, body });
  }

  readonly remove = () => Promise.resolve();
  readonly folders = () => Promise.resolve([]);
  readonly list = () => Promise.resolve([]);
  readonly changeFolder = () => Promise.resolve();
  readonly move = () => Promise.resolve();
  again(): void {}
  stop(): void {}
}

class Person {
  private constructor(
    readonly messenger: Messenger,
    readonly link: SocketLink,
  ) {}

  static async open(user: User, name: string): Promise<Person> {
    const { address } = user;
    const book = await Book.create(new MemoryVault(), {
      address,
      password: PASSWORD,
      name,
      key: await makeKey(address),
      sendsReceipts: true,
    });
    const link = new SocketLink(await Socket.open(user));
    const messenger = new Messenger(book, link);
    messenger.start();
    return new Person(messenger, link);
  }

  get book(): Book {
    return this.messenger.book;
  }

  async until<T>(what: string, ask: () => T | undefined | false): Promise<T> {
    const deadline = performance.now() + LIMIT_MS;
    for (;;) {
      await this.link.take();
      const found = ask();
      if (found) return found;
      assert.ok(performance.now() < deadline, `${what} in time`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  reads(chat: Chat, text: string) {
    return this.until(
      text,
      () => this.book.messages(chat.id).find((one) => one.text === text),
    );
  }

  isVerified(fingerprint: string | undefined): boolean {
    return this.book.contact(fingerprint ?? "")?.verified === true;
  }
}

async function meetings(world: World, bob: User, core: Core): Promise<void> {
  const { server } = world;
  const bea = await Person.open(bob, "Bea");
  const ann = await core.signUp(server, "ann.core");
  const cleo = await core.signUp(server, "cleo.core");

  // the core shows its code
  const code = await ann.rpc.getChatSecurejoinQrCode(ann.id, null);
  const withAnn = await bea.messenger.join(code);
  await bea.until("a checked key", () => bea.isVerified(withAnn.members[0]));
  await bea.messenger.send(withAnn.id, "Hello Ann");
  const { chatId } = await ann.receiveText("Hello Ann", LIMIT_MS);
  await ann.rpc.acceptChat(ann.id, chatId);
  await ann.send(chatId, "Hello Bea");
  await bea.reads(withAnn, "Hello Bea");

  // she shows hers
  const own = await bea.messenger.handshakes.offer();
  assert.match(own, /&v=3&i=/);
  const joined = cleo.rpc.secureJoin(cleo.id, own);
  const cleos = await joined;
  await bea.until(
    "Cleo",
    () => bea.book.contacts.find(({ name }) => name === "cleo.core"),
  );
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
  }, LIMIT_MS);
  await ann.send(group, "Chapter one");
  await bea.reads(readers, "Chapter one");
  await bea.messenger.send(readers.id, "Read it");
  await ann.receiveText("Read it", LIMIT_MS);
  const hikers = await bea.messenger.createGroup("Hikers", []);
  const hikersCode = await bea.messenger.handshakes.offer(hikers);
  const cleosGroup = await cleo.rpc.secureJoin(cleo.id, hikersCode);
  await bea.until(
    "a member",
    () => bea.book.chat(hikers.id)!.members.length === 1,
  );
  await bea.messenger.send(hikers.id, "Up we go");
  await cleo.receiveText("Up we go", LIMIT_MS);
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
  }, LIMIT_MS);
  await bea.until("the secret", () => bea.book.chat(news.id)?.secret);
  await ann.send(id, "Nothing has happened");
  await bea.reads(news, "Nothing has happened");
  const kept = bea.book.message(
    bea.book.messages(news.id).at(-1)!.id,
  );
  assert.equal(kept?.from, news.members[0]);
  await bea.messenger.leave(bea.book.chat(news.id)!);
  await core.until("one reader", async () => await count() === 1, LIMIT_MS);
  await ann.send(id, "For those who stayed");
  await dan.receiveText("For those who stayed", LIMIT_MS);
  await bea.link.take();
  assert.equal(
    bea.book.messages(news.id).some(({ text }) => /stayed/.test(text)),
    false,
  );
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

/** The messenger of the browser without a browser, over a real relay. @module */
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
import { LIMIT_MS } from "../harness/until.ts";
import { Socket } from "../webmail/socket.ts";
import { PASSWORD, type User } from "../webmail/world.ts";

useOpenPgp(openpgp);

/** The relay over a WebSocket, as the page has it. */
export class SocketLink implements MailLink {
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
    for (const { action, data: { uid, flags } } of frames) {
      const isSeen = (flags as string[] | undefined)?.includes("\\Seen") ??
        false;
      this.#work = this.#work.then(async () => {
        if (action === "new_message") {
          const { body } = await this.socket.result("fetch", { uid });
          await this.#events?.onMessage(uid, toOctets(body), isSeen);
        } else if (action === "flags_changed" && isSeen) {
          await this.#events?.onSeen(uid);
        }
      });
    }
    await this.#work;
  }

  async send(to: readonly string[], body: string): Promise<void> {
    await this.socket.result("send", { to, body });
  }

  readonly remove = () => Promise.resolve();
  readonly markSeen = async (uid: number) => {
    const flags = ["\\Seen"];
    await this.socket.result("flags", { uid, flags, op: "add" });
  };
  readonly askSeen = () => Promise.resolve();
  readonly folders = () => Promise.resolve([]);
  readonly list = () => Promise.resolve([]);
  readonly changeFolder = () => Promise.resolve();
  readonly move = () => Promise.resolve();
  again(): void {}
  stop(): void {}
}

export class Person {
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
    await link.socket.result("subscribe", { events: ["flags"] });
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

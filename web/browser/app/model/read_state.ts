/**
 * Which messages were read: told to whoever wrote them, and to other devices of
 * this account, which say it by the flags of the relay and by receipts, too.
 *
 * @module
 */
import { type MailLink, Unreachable } from "../net/mail_link.ts";
import type { Book } from "./book.ts";
import type { Intake } from "./intake.ts";
import type { Outbox } from "./outbox.ts";
import type { ChatMessage } from "./types.ts";
import { begun } from "./vanishing.ts";

export class ReadState {
  readonly #book: Book;
  readonly #link: MailLink;
  readonly #outbox: Outbox;
  readonly #intake: Intake;
  readonly #telling = new Set<string>();

  constructor(
    { book, link, outbox, intake }: {
      readonly book: Book;
      readonly link: MailLink;
      readonly outbox: Outbox;
      readonly intake: Intake;
    },
  ) {
    this.#book = book;
    this.#link = link;
    this.#outbox = outbox;
    this.#intake = intake;
  }

  /** @param id undefined: none is looked at */
  async openChat(id: string | undefined): Promise<void> {
    this.#intake.openChat = id;
    if (id !== undefined && this.#book.chat(id)) await this.#look(id);
  }

  async #look(id: string): Promise<void> {
    const unseen = this.#book.allMessages(id).filter(({ state }) =>
      state === "received"
    );
    for (const message of unseen) {
      await this.#book.alterMessage(
        message.id,
        (one) => begun({ ...one, state: "seen", isUntold: true }),
      );
    }
    await this.#book.alterChat(
      id,
      (chat) => chat.unread > 0 ? { ...chat, unread: 0 } : chat,
    );
    for (const message of unseen) await this.#tell(message);
  }

  /** One has come. */
  async onStored(message: ChatMessage): Promise<void> {
    const isOurs = this.#intake.openChat === message.chat;
    // somebody began to look while it came
    if (isOurs && message.state === "received") return this.#look(message.chat);
    if (message.from === "" || message.state !== "seen") return;
    // what another device has read, it has told of
    const current = await this.#book.alterMessage(
      message.id,
      (one) => begun(isOurs ? { ...one, isUntold: true } : one),
    );
    if (isOurs && current) await this.#tell(current);
  }

  async onSeen(uid: number): Promise<void> {
    for (const { id } of this.#book.chats) {
      const found = this.#book.allMessages(id).find((one) => one.uid === uid);
      if (!found) continue;
      if (found.state !== "received") return;
      await this.#intake.seenElsewhere(found);
      await this.#book.alterMessage(found.id, begun);
      return;
    }
  }

  /** There is a connection: what was read meanwhile, here and elsewhere. */
  async catchUp(): Promise<void> {
    const untold = this.#book.chats.flatMap(({ id }) =>
      this.#book.allMessages(id).filter(({ isUntold }) => isUntold)
    );
    for (const message of untold) await this.#tell(message);
    const unread = this.#book.chats.flatMap(({ id }) =>
      this.#book.allMessages(id).flatMap(({ state, uid }) =>
        state === "received" && uid !== undefined ? [uid] : []
      )
    );
    if (unread.length === 0) return;
    await this.#link.askSeen(Math.min(...unread)).catch(() => {}); // with the next connection
  }

  /** What cannot be told now is told with the next connection, also of another page. */
  async #tell(message: ChatMessage): Promise<void> {
    if (this.#telling.has(message.id)) return;
    this.#telling.add(message.id);
    try {
      await this.#mark(message.uid);
      await this.#receipt(message);
      await this.#book.alterMessage(
        message.id,
        ({ isUntold: _, ...told }) => told,
      );
    } catch {
      // nothing else hangs on it
    } finally {
      this.#telling.delete(message.id);
    }
  }

  async #mark(uid: number | undefined): Promise<void> {
    if (uid === undefined) return;
    try {
      await this.#link.markSeen(uid);
    } catch (error) {
      const isGone = error instanceof Error && /not found/.test(error.message);
      if (!isGone) throw error;
    }
  }

  async #receipt({ id, chat, from, wantsReceipt }: ChatMessage): Promise<void> {
    const to = wantsReceipt && this.#book.contact(from);
    if (!to || !this.#book.account.sendsReceipts) return;
    if (this.#book.chat(chat)?.isRequest) return; // a stranger learns nothing
    try {
      await this.#outbox.send({
        to: [to],
        body: {
          kind: "receipt",
          address: this.#book.account.address,
          messageId: id,
        },
        fields: [["Auto-Submitted", "auto-replied"]],
      });
    } catch (error) {
      if (error instanceof Unreachable) throw error; // any other says no for good
    }
  }
}

/** The client: what people do, and what comes. @module */
import {
  type LinkState,
  type MailLink,
  Unreachable,
} from "../net/mail_link.ts";
import { parseInvite } from "../protocol/invite.ts";
import { readOwnKey } from "../protocol/keys.ts";
import { randomId } from "../protocol/octets.ts";
import { readMessage } from "../protocol/reader.ts";
import { type Attachment, makeMessageId } from "../protocol/writer.ts";
import { NotKept } from "../storage/vault.ts";
import type { Book } from "./book.ts";
import { Handshakes, newChat } from "./handshakes.ts";
import { Intake } from "./intake.ts";
import { groupFields, now, Outbox } from "./outbox.ts";
import type { Chat, ChatMessage, Contact } from "./types.ts";

const MAX_PREVIEW = 120;

export class Messenger {
  readonly book: Book;
  readonly link: MailLink;
  readonly handshakes: Handshakes;
  readonly #outbox: Outbox;
  readonly #intake: Intake;
  /** Those that want to be told, and from whom it came. */
  readonly #wanted = new Map<string, string>();
  readonly #delivering = new Set<string>();
  state: LinkState = "connecting";
  /** The browser keeps nothing more: mail waits on the relay. */
  isFull = false;
  readonly #onState = new Set<() => void>();

  constructor(book: Book, link: MailLink) {
    this.book = book;
    this.link = link;
    this.#outbox = new Outbox(book, link);
    this.#intake = new Intake(book);
    this.handshakes = new Handshakes(book, this.#outbox);
  }

  start(): void {
    this.link.start(this.book.uid, {
      onMessage: (uid, raw) => this.receive(uid, raw),
      onState: (state) => {
        this.state = state;
        this.#tell();
        if (state === "online") void this.#sendWaiting();
      },
    });
  }

  #tell(): void {
    for (const tell of this.#onState) tell();
  }

  #setFull(isFull: boolean): void {
    if (isFull === this.isFull) return;
    this.isFull = isFull;
    this.#tell();
  }

  /** What could not be sent for want of a connection, in its order. */
  async #sendWaiting(): Promise<void> {
    const waiting = this.book.chats
      .flatMap(({ id }) => this.book.messages(id))
      .filter(({ from, state }) => from === "" && state === "sending")
      .sort((a, b) => a.at - b.at);
    for (const message of waiting) await this.#deliver(message);
  }

  watchState(onChange: () => void): () => void {
    this.#onState.add(onChange);
    return () => this.#onState.delete(onChange);
  }

  /** @throws {NotKept} when there is no room for it: then it comes again */
  async receive(uid: number, raw: Uint8Array): Promise<void> {
    try {
      await this.#receive(raw);
    } catch (error) {
      if (error instanceof NotKept) {
        this.#setFull(true);
        throw error;
      }
      // not for us, or no message: it stays on the relay for other devices
    }
    await this.book.setUid(uid);
    this.#setFull(false);
  }

  async #receive(raw: Uint8Array): Promise<void> {
    const { key } = this.book.account;
    const own = await readOwnKey(key.armored);
    const message = await readMessage(raw, {
      own,
      keysOf: (address) => [
        ...this.book.contactsAt(address),
        ...address === this.book.account.address ? [{ ...key, address }] : [],
      ],
      secrets: () => this.book.secrets(),
    });
    const isOurs = message.signer?.fingerprint === key.fingerprint;
    if (!isOurs && await this.handshakes.handle(message)) return;
    const stored = await this.#intake.take(message);
    if (
      stored && stored.from !== "" &&
      message.field("chat-disposition-notification-to") !== undefined
    ) {
      this.#wanted.set(stored.id, stored.from);
      if (stored.state === "seen") await this.#confirm([stored.id]);
    }
  }

  /** @param id undefined: none is looked at */
  async openChat(id: string | undefined): Promise<void> {
    this.#intake.openChat = id;
    const chat = id === undefined ? undefined : this.book.chat(id);
    if (!chat) return;
    const unseen = this.book.messages(chat.id).filter(({ state }) =>
      state === "received"
    );
    for (const message of unseen) {
      await this.book.setMessage({ ...message, state: "seen" });
    }
    if (chat.unread > 0) await this.book.setChat({ ...chat, unread: 0 });
    await this.#confirm(unseen.map((message) => message.id));
  }

  /** Tells who wrote them that they were read. */
  async #confirm(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const fingerprint = this.#wanted.get(id);
      this.#wanted.delete(id);
      const to = fingerprint && this.book.contact(fingerprint);
      if (!to || !this.book.account.sendsReceipts) continue;
      await this.#outbox.send({
        to: [to],
        body: {
          kind: "receipt",
          address: this.book.account.address,
          messageId: id,
        },
        fields: [["Auto-Submitted", "auto-replied"]],
      }).catch(() => {}); // nothing hangs on it
    }
  }

  /** @throws {Error} `no_invite`, `own_invite`, or what the relay says */
  async join(text: string): Promise<Chat> {
    const invite = parseInvite(text);
    if (!invite) throw new Error("no_invite");
    return await this.handshakes.join(invite);
  }

  async createGroup(
    name: string,
    members: readonly Contact[],
  ): Promise<Chat> {
    const chat: Chat = {
      ...newChat("group", name),
      groupId: randomId(),
      members: members.map(({ fingerprint }) => fingerprint),
    };
    await this.book.setChat(chat);
    return chat;
  }

  async send(
    chatId: string,
    text: string,
    attachment?: Attachment,
  ): Promise<void> {
    const chat = this.book.chat(chatId);
    if (!chat) throw new RangeError(`No chat is ${chatId}`);
    const id = makeMessageId();
    const key = `file:${chatId}:${id}`;
    if (attachment) await this.book.vault.put(key, attachment.octets);
    const message: ChatMessage = {
      id,
      chat: chatId,
      from: "",
      at: now(),
      text,
      ...(attachment
        ? {
          file: {
            name: attachment.name,
            type: attachment.type,
            size: attachment.octets.length,
            key,
          },
        }
        : {}),
      state: "sending",
      reactions: {},
    };
    await this.book.setMessage(message);
    await this.book.setChat({
      ...chat,
      at: message.at,
      preview: (text || attachment?.name || "").slice(0, MAX_PREVIEW),
    });
    await this.#deliver(message);
  }

  /** One that failed, once more. */
  async sendAgain({ error: _, ...message }: ChatMessage): Promise<void> {
    const waiting: ChatMessage = { ...message, state: "sending" };
    await this.book.setMessage(waiting);
    await this.#deliver(waiting);
  }

  async #deliver(message: ChatMessage): Promise<void> {
    const chat = this.book.chat(message.chat);
    if (!chat || this.#delivering.has(message.id)) return;
    this.#delivering.add(message.id);
    const { name, type } = message.file ?? {};
    // as it is by then: reactions and receipts come meanwhile
    const current = () => this.book.message(message.id) ?? message;
    try {
      const octets = message.file &&
        await this.book.vault.get<Uint8Array>(message.file.key);
      const to = this.#membersOf(chat);
      await this.#outbox.send({
        id: message.id,
        at: message.at,
        to,
        gossip: chat.kind === "group",
        body: {
          kind: "text",
          text: message.text,
          ...(octets
            ? { attachment: { name: name!, type: type!, octets } }
            : {}),
        },
        fields: [
          ...groupFields(chat, to),
          [
            "Chat-Disposition-Notification-To",
            this.book.account.address,
          ],
        ],
      });
      if (current().state === "sending") {
        await this.book.setMessage({ ...current(), state: "sent" });
      }
    } catch (error) {
      if (error instanceof Unreachable) return; // it waits for a connection
      const why = error instanceof Error ? error.message : String(error);
      await this.book.setMessage({ ...current(), state: "failed", error: why });
    } finally {
      this.#delivering.delete(message.id);
    }
  }

  /** @param emoji "": taken back */
  async react(message: ChatMessage, emoji: string): Promise<void> {
    const chat = this.book.chat(message.chat);
    if (!chat) return;
    const to = this.#membersOf(chat);
    await this.#outbox.send({
      to,
      body: { kind: "reaction", emoji },
      fields: [
        ...groupFields(chat, to),
        ["In-Reply-To", `<${message.id}>`],
        ["References", `<${message.id}>`],
      ],
    });
    const reactions = { ...message.reactions };
    if (emoji) reactions[""] = emoji;
    else delete reactions[""];
    await this.book.setMessage({ ...message, reactions });
  }

  async addMember(chat: Chat, contact: Contact): Promise<void> {
    const members = [...new Set([...chat.members, contact.fingerprint])];
    const changed = { ...chat, members };
    const to = this.#membersOf(changed);
    await this.#outbox.send({
      to,
      gossip: true,
      body: { kind: "text", text: `Member ${contact.address} was added.` },
      fields: [
        ...groupFields(changed, to),
        ["Chat-Group-Member-Added", contact.address],
        ["Chat-Group-Member-Added-Fpr", contact.fingerprint],
      ],
    });
    await this.book.setChat(changed);
  }

  async leave(chat: Chat): Promise<void> {
    const to = this.#membersOf(chat);
    const { address, key } = this.book.account;
    if (to.length > 0 && !chat.left) {
      await this.#outbox.send({
        to,
        gossip: true,
        body: { kind: "text", text: `Member ${address} was removed.` },
        fields: [
          ...groupFields(chat, to),
          ["Chat-Group-Member-Removed", address],
          ["Chat-Group-Member-Removed-Fpr", key.fingerprint],
        ],
      });
    }
    await this.book.setChat({ ...chat, left: true });
  }

  #membersOf(chat: Chat): Contact[] {
    return chat.members.flatMap((one) => this.book.contact(one) ?? []);
  }
}

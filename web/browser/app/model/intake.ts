/**
 * What a message that has come changes. Whoever wrote it may change what is
 * theirs, and nothing else: their words, their reaction, a chat they are in.
 *
 * @module
 */
import { idsOf, type KnownKey, type Received } from "../protocol/reader.ts";
import { visibleName } from "../protocol/visible.ts";
import type { Book } from "./book.ts";
import { newChat } from "./handshakes.ts";
import { now } from "./outbox.ts";
import type { Chat, ChatMessage, FileOf, InfoKind } from "./types.ts";

const MAX_PREVIEW = 120;
const MAX_CHAT_NAME = 200;
const CHAT_ID = /^[A-Za-z0-9_-]{4,128}$/;
const CHANNEL_SECRET = /^[A-Za-z0-9_-]{43,100}$/;

export class Intake {
  readonly #book: Book;
  /** The chat that is looked at; what comes there is seen. */
  openChat: string | undefined;

  constructor(book: Book) {
    this.#book = book;
  }

  /** Gives the message that it made, if it is one to be shown. */
  async take(message: Received): Promise<ChatMessage | undefined> {
    const own = this.#book.account.key.fingerprint;
    const sender = message.signer?.fingerprint;
    if (!message.isEncrypted || sender === undefined) return undefined; // nobody is known to have written it
    const isOurs = sender === own;
    if (this.#book.contact(sender)?.blocked) return undefined;
    if (!isOurs) await this.#learn(message.signer!, message.from.name);
    for (const key of message.gossip) {
      if (key.fingerprint !== own) await this.#meet(key);
    }
    const from = isOurs ? "" : sender;
    if (message.read.length > 0) return await this.#onRead(message.read, from);
    if (message.reaction !== undefined) {
      return await this.#onReaction(message, from);
    }
    const deleted = idsOf(message.field("chat-delete"));
    if (deleted.length > 0) return await this.#onDelete(deleted, from);
    const edited = idsOf(message.field("chat-edit"))[0];
    if (edited !== undefined) return await this.#onEdit(edited, from, message);
    const chat = await this.#chatOf(message, sender, isOurs);
    if (!chat) return undefined;
    return await this.#store(message, chat, from);
  }

  /** What they say of themselves, with a signature of that key. */
  async #learn(key: KnownKey, name: string): Promise<void> {
    const before = this.#book.contact(key.fingerprint);
    await this.#book.setContact({
      ...before,
      ...key,
      name: name || before?.name || key.address,
      verified: before?.verified ?? false,
    });
    const chat = name && this.#book.singleChat(key.fingerprint);
    if (chat && chat.name !== name) await this.#book.setChat({ ...chat, name });
  }

  /** What others say of somebody holds until we hear it from them. */
  async #meet(key: KnownKey): Promise<void> {
    if (this.#book.contact(key.fingerprint)) return;
    await this.#book.setContact({ ...key, name: key.address, verified: false });
  }

  async #onRead(ids: readonly string[], from: string): Promise<undefined> {
    for (const id of ids) {
      const message = this.#book.message(id);
      if (
        message?.from === "" && message.state === "sent" &&
        this.#isIn(message.chat, from)
      ) await this.#book.setMessage({ ...message, state: "read" });
    }
  }

  async #onReaction(message: Received, from: string): Promise<undefined> {
    const [id] = idsOf(message.field("in-reply-to"));
    const target = id === undefined ? undefined : this.#book.message(id);
    if (!target || !this.#isIn(target.chat, from)) return;
    const reactions = { ...target.reactions };
    if (message.reaction) reactions[from] = message.reaction.slice(0, 20);
    else delete reactions[from];
    await this.#book.setMessage({ ...target, reactions });
  }

  #isIn(chat: string, from: string): boolean {
    return from === "" ||
      (this.#book.chat(chat)?.members.includes(from) ?? false);
  }

  /** Only who has written a message may take it back. */
  async #onDelete(ids: readonly string[], from: string): Promise<undefined> {
    for (const id of ids) {
      const message = this.#book.message(id);
      if (message?.from === from) await this.#book.removeMessage(message);
    }
  }

  async #onEdit(
    id: string,
    from: string,
    { text }: Received,
  ): Promise<undefined> {
    const message = this.#book.message(id);
    if (message?.from !== from) return;
    const plain = text.startsWith("✏️") ? text.slice("✏️".length) : text;
    await this.#book.setMessage({ ...message, text: plain });
  }

  async #chatOf(
    message: Received,
    sender: string,
    isOurs: boolean,
  ): Promise<Chat | undefined> {
    if (message.secret) {
      return this.#book.chats.find(({ kind, secret }) =>
        kind === "channel" && secret === message.secret!.secret
      );
    }
    const list = message.field("chat-list-id");
    if (list !== undefined) {
      return await this.#channelOf(message, list, sender);
    }
    const groupId = message.field("chat-group-id")?.trim();
    if (groupId) return await this.#groupOf(message, groupId, sender);
    const peer = isOurs
      ? this.#book.contactsAt(message.to[0]?.address ?? "")[0]?.fingerprint
      : sender;
    if (peer === undefined) return undefined;
    const contact = this.#book.contact(peer);
    const found = this.#book.singleChat(peer);
    if (found) return found;
    const made = {
      ...newChat("single", contact?.name ?? ""),
      members: [peer],
    };
    await this.#book.setChat(made);
    return made;
  }

  /** One that we asked to read, from who writes it: what they say to us alone. */
  async #channelOf(
    message: Received,
    list: string,
    sender: string,
  ): Promise<Chat | undefined> {
    const id = /<([^<>\s]{4,128})>\s*$/.exec(list)?.[1] ?? "";
    const found = this.#book.chatWithId("channel", id);
    if (!found || found.members[0] !== sender) return undefined;
    const own = this.#book.account.key.fingerprint;
    const named = message.field("chat-broadcast-secret")?.trim() ?? "";
    const { secret: before, ...rest } = found;
    const isOut = fingerprintIn(message, "chat-group-member-removed-fpr") ===
      own;
    const secret = CHANNEL_SECRET.test(named) ? named : before;
    const chat: Chat = {
      ...rest,
      name: nameIn(message) || found.name,
      left: isOut,
      ...(secret !== undefined && !isOut ? { secret } : {}),
    };
    await this.#book.setChat(chat);
    return chat;
  }

  async #groupOf(
    message: Received,
    groupId: string,
    sender: string,
  ): Promise<Chat | undefined> {
    if (!CHAT_ID.test(groupId)) return undefined;
    const own = this.#book.account.key.fingerprint;
    const found = this.#book.chatWithId("group", groupId);
    const listed = (message.field("chat-group-member-fpr") ?? "").toUpperCase()
      .split(/\s+/).filter((one) => /^[0-9A-F]{40,64}$/.test(one))
      .slice(0, message.to.length);
    const removed = fingerprintIn(message, "chat-group-member-removed-fpr");
    const before = found?.members ?? [];
    if (found && !before.includes(sender) && sender !== own) return undefined;
    const members = listed.length > 0 ? [sender, ...listed] : [
      ...before,
      sender,
    ];
    const isOut = removed === own;
    const chat: Chat = {
      ...(found ?? newChat("group", "")),
      groupId,
      name: nameIn(message) || (found?.name ?? ""),
      members: [...new Set(members)].filter((one) =>
        one !== own && one !== removed
      ),
      left: isOut,
    };
    await this.#book.setChat(chat);
    return chat;
  }

  async #store(
    message: Received,
    chat: Chat,
    from: string,
  ): Promise<ChatMessage | undefined> {
    const claimed = idsOf(message.field("chat-post-message-id"))[0] ??
      message.id;
    const known = this.#book.message(claimed);
    const isTheirs = !known || (known.from === from && known.chat === chat.id);
    // nobody takes the place of what somebody else has written
    const id = isTheirs ? claimed : `${claimed}#${from || "own"}`;
    const before = isTheirs ? known : this.#book.message(id);
    if (before && (before.file || message.attachments.length === 0)) {
      return undefined; // it has come before
    }
    const file = await this.#fileOf(message, chat, id);
    const info = this.#infoOf(message, chat);
    const isSeen = from === "" || this.openChat === chat.id;
    const stored: ChatMessage = {
      id,
      chat: chat.id,
      from,
      at: message.at || now(),
      text: message.text,
      ...(file ? { file } : {}),
      ...(info ? { info } : {}),
      state: from === "" ? "sent" : isSeen ? "seen" : "received",
      reactions: before?.reactions ?? {},
    };
    await this.#book.setMessage(stored);
    const text = info ? undefined : stored.text || file?.name;
    await this.#book.setChat({
      ...chat,
      at: Math.max(chat.at, stored.at),
      unread: isSeen || before || info ? chat.unread : chat.unread + 1,
      preview: text === undefined ? chat.preview : text.slice(0, MAX_PREVIEW),
    });
    return stored;
  }

  async #fileOf(
    { attachments: [attachment] }: Received,
    chat: Chat,
    id: string,
  ): Promise<FileOf | undefined> {
    if (!attachment) return undefined;
    const { name, type, octets } = attachment;
    const key = `file:${chat.id}:${id}`;
    await this.#book.vault.put(key, octets);
    return { name, type, size: octets.length, key };
  }

  #infoOf(
    message: Received,
    { kind, name }: Chat,
  ): { what: InfoKind; name: string } | undefined {
    const added = fingerprintIn(message, "chat-group-member-added-fpr");
    const removed = fingerprintIn(message, "chat-group-member-removed-fpr");
    if (kind === "channel") {
      if (message.field("chat-broadcast-secret") !== undefined) {
        return { what: "joined_channel", name };
      }
    }
    const subject = added ?? removed;
    if (subject === undefined || kind === "single") return undefined;
    return {
      what: added ? "member_added" : "member_removed",
      name: this.#nameOf(subject),
    };
  }

  #nameOf(fingerprint: string): string {
    const { key, name, address } = this.#book.account;
    if (fingerprint === key.fingerprint) return name || address;
    const contact = this.#book.contact(fingerprint);
    return contact?.name ?? fingerprint.slice(0, 8);
  }
}

function fingerprintIn(message: Received, field: string): string | undefined {
  return message.field(field)?.trim().toUpperCase();
}

function nameIn(message: Received): string {
  return visibleName(message.field("chat-group-name") ?? "", MAX_CHAT_NAME);
}

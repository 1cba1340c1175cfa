/** What a message that has come changes. @module */
import { idsOf, type KnownKey, type Received } from "../protocol/reader.ts";
import type { Book } from "./book.ts";
import { newChat } from "./handshakes.ts";
import type { Chat, ChatMessage, FileOf } from "./types.ts";

const MAX_PREVIEW = 120;

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
    if (!isOurs) await this.#learn(message.signer!, message.from.name);
    for (const key of message.gossip) {
      if (key.fingerprint !== own) await this.#learn(key, "");
    }
    const from = isOurs ? "" : sender;
    if (message.read.length > 0) return await this.#onRead(message.read);
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

  async #learn(key: KnownKey, name: string): Promise<void> {
    const before = this.#book.contact(key.fingerprint);
    if (before && !name && before.certificate === key.certificate) return;
    await this.#book.setContact({
      ...key,
      name: name || before?.name || key.address,
      verified: before?.verified ?? false,
    });
    const chat = name && this.#book.singleChat(key.fingerprint);
    if (chat && chat.name !== name) await this.#book.setChat({ ...chat, name });
  }

  async #onRead(ids: readonly string[]): Promise<undefined> {
    for (const id of ids) {
      const message = this.#book.message(id);
      if (message?.from === "" && message.state === "sent") {
        await this.#book.setMessage({ ...message, state: "read" });
      }
    }
  }

  async #onReaction(message: Received, from: string): Promise<undefined> {
    const [id] = idsOf(message.field("in-reply-to"));
    const target = id === undefined ? undefined : this.#book.message(id);
    if (!target) return;
    const reactions = { ...target.reactions };
    if (message.reaction) reactions[from] = message.reaction.slice(0, 20);
    else delete reactions[from];
    await this.#book.setMessage({ ...target, reactions });
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

  async #groupOf(
    message: Received,
    groupId: string,
    sender: string,
  ): Promise<Chat | undefined> {
    if (!/^[A-Za-z0-9_-]{4,128}$/.test(groupId)) return undefined;
    const own = this.#book.account.key.fingerprint;
    const found = this.#book.groupChat(groupId);
    const listed = (message.field("chat-group-member-fpr") ?? "").toUpperCase()
      .split(/\s+/).filter((one) => /^[0-9A-F]{40,64}$/.test(one))
      .slice(0, message.to.length);
    const removed = message.field("chat-group-member-removed-fpr")?.trim()
      .toUpperCase();
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
      name: (message.field("chat-group-name") ?? found?.name ?? "").slice(
        0,
        200,
      ),
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
    const id = idsOf(message.field("chat-post-message-id"))[0] ?? message.id;
    const before = this.#book.message(id);
    if (before && (before.file || message.attachments.length === 0)) {
      return undefined; // it has come before
    }
    const [attachment] = message.attachments;
    let file: FileOf | undefined;
    if (attachment) {
      const { name, type, octets } = attachment;
      const key = `file:${chat.id}:${id}`;
      await this.#book.vault.put(key, octets);
      file = { name, type, size: octets.length, key };
    }
    const added = message.field("chat-group-member-added-fpr");
    const removed = message.field("chat-group-member-removed-fpr");
    const subject = (added ?? removed)?.trim().toUpperCase();
    const isSeen = from === "" || this.openChat === chat.id;
    const stored: ChatMessage = {
      id,
      chat: chat.id,
      from,
      at: message.at,
      text: message.text,
      ...(file ? { file } : {}),
      ...(subject
        ? {
          info: {
            what: added ? "member_added" : "member_removed",
            name: this.#nameOf(subject),
          },
        }
        : {}),
      state: from === "" ? "sent" : isSeen ? "seen" : "received",
      reactions: before?.reactions ?? {},
    };
    await this.#book.setMessage(stored);
    await this.#book.setChat({
      ...chat,
      at: Math.max(chat.at, stored.at),
      unread: isSeen || before ? chat.unread : chat.unread + 1,
      preview: (stored.text || file?.name || "").slice(0, MAX_PREVIEW),
    });
    return stored;
  }

  #nameOf(fingerprint: string): string {
    const { key, name, address } = this.#book.account;
    if (fingerprint === key.fingerprint) return name || address;
    const contact = this.#book.contact(fingerprint);
    return contact?.name ?? fingerprint.slice(0, 8);
  }
}

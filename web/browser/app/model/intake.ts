/**
 * What a message that has come changes. Whoever wrote it may change what is
 * theirs, and nothing else: their words, their reaction, a chat they are in.
 *
 * @module
 */
import { idsOf, type KnownKey, type Received } from "../protocol/reader.ts";
import { visibleFileName, visibleName } from "../protocol/visible.ts";
import type { Book } from "./book.ts";
import { takeClear } from "./clear_mail.ts";
import { ChatFinder } from "./chat_finder.ts";
import { keepFace, readFace } from "./faces.ts";
import { changeBetween, contentOf, happenedIn, timerIn } from "./happenings.ts";
import { impliedChanges, isSameRoll } from "./membership.ts";
import { brought } from "./places.ts";
import { atEnd, now } from "./clock.ts";
import type {
  Chat,
  ChatMessage,
  FileOf,
  Info,
  Origin,
  Quote,
} from "./types.ts";

const MAX_APP_WORDS = 200;
const MAX_APP_UPDATES = 100;
const EDITED = /^✏️?/u;
/** Steps of chats that older apps took, and that say nothing any more. */
const SILENT = /^(?:protection-(?:enabled|disabled)|iroh-.*)$/;

export class Intake {
  readonly #book: Book;
  readonly #chats: ChatFinder;
  /** The chat that is looked at; what comes there is seen. */
  openChat: string | undefined;

  constructor(book: Book) {
    this.#book = book;
    this.#chats = new ChatFinder(book);
  }

  /** Gives the message that it made, if it is one to be shown. */
  async take(
    message: Received,
    origin: Origin,
  ): Promise<ChatMessage | undefined> {
    const own = this.#book.account.key.fingerprint;
    const sender = message.signer?.fingerprint;
    if (!message.isEncrypted) {
      return await takeClear(
        this.#book,
        message,
        origin,
        (chat) => chat === this.openChat,
      );
    }
    if (sender === undefined) return undefined; // nobody is known to have written it
    const isOurs = sender === own;
    if (this.#book.contact(sender)?.blocked) return undefined;
    if (!isOurs) await this.#learn(message.signer!, message);
    for (const key of message.gossip) {
      if (key.fingerprint !== own) await this.#meet(key, message);
    }
    const from = isOurs ? "" : sender;
    if (message.isForMachines || SILENT.test(contentOf(message))) return;
    if (message.read.length > 0) return await this.#onRead(message.read, from);
    if (message.reaction !== undefined) {
      return await this.#onReaction(message, from);
    }
    const deleted = idsOf(message.field("chat-delete"));
    if (deleted.length > 0) return await this.#onDelete(deleted, from);
    const edited = idsOf(message.field("chat-edit"))[0];
    if (edited !== undefined) return await this.#onEdit(edited, from, message);
    if (message.appUpdate !== undefined) {
      return await this.#onAppUpdate(message, message.appUpdate, from);
    }
    if (/^call-(?:accepted|ended)$/.test(contentOf(message))) {
      return await this.#onCall(message, from);
    }
    const groupId = message.field("chat-group-id")?.trim() ?? "";
    const group = this.#book.chatWithId("group", groupId);
    const found = await this.#chats.of(message, sender, isOurs);
    if (!found || found.isBlocked) return undefined;
    const implied = group ? impliedChanges(message, group, found) : [];
    const { chat, info } = await happenedIn(this.#book, message, found, from);
    const isKnown = info?.what === "member_added" && implied.length === 0 &&
      group && isSameRoll(group, found);
    for (const { who, what } of implied) {
      const name = this.#book.contact(who)?.name ?? who.slice(0, 8);
      await this.#note(message, chat.id, { what, name }, who.slice(0, 16));
    }
    if (isKnown) return undefined; // two have added the same one
    const change = changeBetween(found, chat);
    return await this.#store(message, { chat, change, info, from, origin });
  }

  /** The group to whose people the writer does not belong, or not yet. */
  earlyFor(message: Received): Chat | undefined {
    const id = message.field("chat-group-id")?.trim() ?? "";
    const sender = message.signer?.fingerprint;
    const group = this.#book.chatWithId("group", id);
    if (!sender || !group || !message.isEncrypted) return undefined;
    const isKnown = sender === this.#book.account.key.fingerprint ||
      group.members.includes(sender);
    const isOut = group.left || group.isBlocked ||
      this.#book.contact(sender)?.blocked;
    return isKnown || isOut ? undefined : group;
  }

  /** What they say of themselves, with a signature of that key. */
  async #learn(key: KnownKey, message: Received): Promise<void> {
    const { name } = message.from;
    const contact = this.#book.contact(key.fingerprint);
    const { face: known, ...before } = contact ?? { face: undefined };
    const picture = readFace(message.field("chat-user-avatar"));
    const face = picture
      ? await keepFace(this.#book.vault, picture, known)
      : known;
    await this.#book.setContact({
      ...before,
      ...key,
      name: name || contact?.name || key.address,
      verified: contact?.verified ?? false,
      ...(face ? { face } : {}),
    });
    const chat = name && this.#book.singleChat(key.fingerprint);
    if (!chat || chat.name === name) return;
    await this.#book.alterChat(chat.id, (one) => ({ ...one, name }));
  }

  /** What others say of somebody holds until we hear it from them. */
  async #meet(key: KnownKey, { to }: Received): Promise<void> {
    if (this.#book.contact(key.fingerprint)) return;
    const named = to.find(({ address }) => address === key.address)?.name;
    const name = visibleName(named ?? "") || key.address;
    await this.#book.setContact({ ...key, name, verified: false });
  }

  /** By others: what we wrote; by ourselves, on another device: what they wrote. */
  async #onRead(ids: readonly string[], from: string): Promise<undefined> {
    for (const id of ids) {
      const message = this.#book.message(id);
      if (!message) continue;
      if (from === "") await this.seenElsewhere(message);
      else if (message.from === "" && this.#isIn(message.chat, from)) {
        await this.#book.alterMessage(
          id,
          (one) => one.state === "sent" ? { ...one, state: "read" } : one,
        );
      }
    }
  }

  /** It was read on another device of ours. */
  async seenElsewhere(message: ChatMessage): Promise<void> {
    let isNews = false;
    await this.#book.alterMessage(message.id, (one) => {
      isNews = one.state === "received";
      return isNews ? { ...one, state: "seen" } : one;
    });
    if (!isNews || message.info) return;
    await this.#book.alterChat(
      message.chat,
      (chat) => ({ ...chat, unread: Math.max(0, chat.unread - 1) }),
    );
  }

  async #onReaction(message: Received, from: string): Promise<undefined> {
    const [id] = idsOf(message.field("in-reply-to"));
    const target = id === undefined ? undefined : this.#book.message(id);
    if (!target || !this.#isIn(target.chat, from)) return;
    await this.#book.alterMessage(target.id, (one) => {
      const reactions = { ...one.reactions };
      if (message.reaction) reactions[from] = message.reaction.slice(0, 20);
      else delete reactions[from];
      return { ...one, reactions };
    });
  }

  #isIn(chat: string, from: string): boolean {
    return from === "" ||
      (this.#book.chat(chat)?.members.includes(from) ?? false);
  }

  /** Only who has written a message may take it back. */
  async #onDelete(ids: readonly string[], from: string): Promise<undefined> {
    for (const id of ids) {
      const message = this.#book.message(id);
      if (message?.from !== from) continue;
      await this.seenElsewhere(message);
      await this.#book.removeMessage(message);
    }
  }

  async #onEdit(
    id: string,
    from: string,
    { text }: Received,
  ): Promise<undefined> {
    const message = this.#book.message(id);
    if (message?.from !== from || message.info) return;
    const plain = text.replace(EDITED, "");
    await this.#book.alterMessage(
      id,
      (one) => ({ ...one, text: plain, isEdited: true }),
    );
  }

  /** What an app in a chat tells people; the rest is for the app. */
  async #onAppUpdate(
    message: Received,
    json: string,
    from: string,
  ): Promise<undefined> {
    const app = this.#book.message(
      idsOf(message.field("in-reply-to"))[0] ?? "",
    );
    if (!app?.file || !this.#isIn(app.chat, from)) return;
    for (const { info, summary } of updatesIn(json)) {
      if (summary !== undefined) {
        await this.#book.alterMessage(app.id, (one) => ({ ...one, summary }));
      }
      if (info) {
        await this.#note(message, app.chat, { what: "app", name: info });
      }
    }
  }

  async #note(
    message: Received,
    chat: string,
    info: Info,
    of = "",
  ): Promise<void> {
    await this.#book.setMessage({
      id: `${message.id}#${info.what}${of}`,
      chat,
      from: "",
      at: message.at,
      text: "",
      info,
      state: "seen",
      reactions: {},
    });
  }

  /** Somebody took the call elsewhere, or it is over. */
  async #onCall(message: Received, from: string): Promise<undefined> {
    const [id] = idsOf(message.field("in-reply-to"));
    const target = id === undefined ? undefined : this.#book.message(id);
    if (!target?.call || !this.#isIn(target.chat, from)) return;
    const hasEnded = contentOf(message) === "call-ended";
    if (!hasEnded) return;
    await this.#book.alterMessage(
      target.id,
      (one) => one.call ? { ...one, call: { ...one.call, hasEnded } } : one,
    );
  }

  async #store(
    message: Received,
    { chat, change, info, from, origin }: {
      readonly chat: Chat;
      /** What it changes of it. */
      readonly change: (chat: Chat) => Chat;
      readonly info: Info | undefined;
      readonly from: string;
      readonly origin: Origin;
    },
  ): Promise<ChatMessage | undefined> {
    const announced = idsOf(message.field("chat-post-message-id"))[0];
    const claimed = announced ?? message.id;
    const known = this.#book.message(claimed);
    const isTheirs = !known || (known.from === from && known.chat === chat.id);
    // nobody takes the place of what somebody else has written
    const id = isTheirs ? claimed : `${claimed}#${from || "own"}`;
    const before = isTheirs ? known : this.#book.message(id);
    if (before && (before.file?.key || message.attachments.length === 0)) {
      return undefined; // it has come before
    }
    const file = await this.#fileOf(message, chat, id) ??
      (announced ? announcedFile(message) : undefined);
    const isSeen = from === "" || origin.isSeen ||
      this.openChat === chat.id || before?.state === "seen";
    const quote = quoteOf(message);
    const timerSeconds = timerIn(message);
    const stored: ChatMessage = {
      id,
      chat: chat.id,
      from,
      at: before?.at ?? (message.at || now()),
      ...(before
        ? before.sortAt ? { sortAt: before.sortAt } : {}
        : atEnd(message.at, this.#book.lastMessage(chat.id))),
      text: message.text || (before?.text ?? ""),
      ...(file ? { file } : {}),
      ...(info ? { info } : {}),
      ...(quote ? { quote } : {}),
      ...(contentOf(message) === "call" ? { call: callOf(message) } : {}),
      ...(message.isForwarded ? { isForwarded: true } : {}),
      ...(timerSeconds > 0 && !info ? { timerSeconds } : {}),
      ...(from === "" ? {} : { uid: origin.uid }),
      ...(from !== "" && wantsReceipt(message) ? { wantsReceipt: true } : {}),
      state: from === "" ? "sent" : isSeen ? "seen" : "received",
      reactions: before?.reactions ?? {},
    };
    await this.#book.setMessage(stored);
    await this.#book.alterChat(chat.id, (one) => {
      // somebody may have looked at it meanwhile
      const isNews = !before && !info &&
        this.#book.message(id)?.state === "received";
      return brought({
        ...change(one),
        at: Math.max(one.at, stored.at),
        unread: isNews ? one.unread + 1 : one.unread,
      });
    });
    return stored;
  }

  async #fileOf(
    { attachments: [attachment], ...message }: Received,
    chat: Chat,
    id: string,
  ): Promise<FileOf | undefined> {
    if (!attachment) return undefined;
    const { name, type, octets } = attachment;
    const key = `file:${chat.id}:${id}`;
    await this.#book.vault.put(key, octets);
    const as = message.field("chat-voice-message")?.trim() === "1"
      ? "voice"
      : message.field("chat-content")?.trim() === "sticker"
      ? "sticker"
      : undefined;
    return { name, type, size: octets.length, key, ...(as ? { as } : {}) };
  }
}

function wantsReceipt(message: Received): boolean {
  return message.field("chat-disposition-notification-to") !== undefined;
}

function quoteOf(message: Received): Quote | undefined {
  if (message.quote === undefined) return undefined;
  const [id] = idsOf(message.field("in-reply-to"));
  return { text: message.quote, ...(id ? { id } : {}) };
}

function callOf(message: Received) {
  const hasVideo =
    message.field("chat-webrtc-has-video-initially")?.trim() === "1";
  return { hasVideo, hasEnded: false };
}

/** A large one is announced before it comes. */
function announcedFile(message: Received): FileOf | undefined {
  const told = objectIn(message.field("chat-post-message-metadata") ?? "");
  if (typeof told.size !== "number" || !(told.size >= 0)) return undefined;
  return {
    name: visibleFileName(String(told.filename ?? "")),
    type: "application/octet-stream",
    size: told.size,
  };
}

function updatesIn(json: string) {
  const { updates } = objectIn(json);
  const words = (value: unknown) =>
    typeof value === "string" ? visibleName(value, MAX_APP_WORDS) : undefined;
  return (Array.isArray(updates) ? updates : []).slice(0, MAX_APP_UPDATES)
    .map((one) => ({ info: words(one?.info), summary: words(one?.summary) }));
}

function objectIn(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

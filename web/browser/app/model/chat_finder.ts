/**
 * To which chat a message belongs, and who is in it by then. Who is not in a
 * group changes nothing of it.
 *
 * @module
 */
import type { Received } from "../protocol/reader.ts";
import { visibleName } from "../protocol/visible.ts";
import type { Book } from "./book.ts";
import {
  added,
  isStale,
  keyAt,
  type Listed,
  listedIn,
  merged,
  removed,
  timesOf,
  withTimes,
} from "./membership.ts";
import { newChat } from "./new_chat.ts";
import { accepted, isStranger } from "./requests.ts";
import type { Chat, MemberTimes } from "./types.ts";

const MAX_CHAT_NAME = 200;
const CHAT_ID = /^[A-Za-z0-9_-]{4,128}$/;
const CHANNEL_SECRET = /^[A-Za-z0-9_-]{43,100}$/;

export class ChatFinder {
  readonly #book: Book;

  constructor(book: Book) {
    this.#book = book;
  }

  async of(
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
    if (list !== undefined) return await this.#channel(message, list, sender);
    const groupId = message.field("chat-group-id")?.trim();
    const found = groupId
      ? await this.#group(message, groupId, sender)
      : await this.#singleOf(message, sender, isOurs);
    // who has written there from another device wants it
    return found && isOurs
      ? await this.#book.alterChat(found.id, accepted)
      : found;
  }

  async #singleOf(
    message: Received,
    sender: string,
    isOurs: boolean,
  ): Promise<Chat | undefined> {
    const peer = isOurs
      ? this.#book.contactsAt(message.to[0]?.address ?? "")[0]?.fingerprint
      : sender;
    if (peer === undefined) return undefined;
    return this.#book.singleChat(peer) ?? await this.#single(peer);
  }

  async #single(peer: string): Promise<Chat> {
    const name = this.#book.contact(peer)?.name ?? "";
    const made = {
      ...newChat("single", name),
      members: [peer],
      ...isStranger(this.#book, peer) ? { isRequest: true } : {},
    };
    await this.#book.setChat(made);
    return made;
  }

  /** One that we asked to read, from who writes it: what they say to us alone. */
  async #channel(
    message: Received,
    list: string,
    sender: string,
  ): Promise<Chat | undefined> {
    const id = /<([^<>\s]{4,128})>\s*$/.exec(list)?.[1] ?? "";
    const found = this.#book.chatWithId("channel", id);
    const own = this.#book.account.key.fingerprint;
    if (sender === own || found?.isOwn) {
      return await this.#ownChannel(message, found, id, sender);
    }
    if (!found || found.members[0] !== sender) return undefined;
    const named = message.field("chat-broadcast-secret")?.trim() ?? "";
    const { secret: before, ...rest } = found;
    const isOut = fingerprintIn(message, "chat-group-member-removed-fpr") ===
      own;
    const secret = CHANNEL_SECRET.test(named) ? named : before;
    const chat: Chat = {
      ...rest,
      left: isOut,
      ...(secret !== undefined && !isOut ? { secret } : {}),
    };
    return await this.#book.alterChat(chat.id, () => chat);
  }

  /** Ours: another device of ours let somebody in or out, or a reader goes. */
  async #ownChannel(
    message: Received,
    found: Chat | undefined,
    groupId: string,
    sender: string,
  ): Promise<Chat | undefined> {
    const isOurs = sender === this.#book.account.key.fingerprint;
    const secret = message.field("chat-broadcast-secret")?.trim() ?? "";
    const isNew = !found && isOurs && CHANNEL_SECRET.test(secret) &&
      CHAT_ID.test(groupId);
    const before: Chat | undefined = isNew
      ? {
        ...newChat("channel", nameIn(message)),
        isOwn: true,
        groupId,
        secret,
      }
      : found;
    if (!before?.isOwn) return undefined;
    const added = fingerprintIn(message, "chat-group-member-added-fpr");
    const removed = fingerprintIn(message, "chat-group-member-removed-fpr");
    if (!isOurs && removed !== sender) return undefined;
    if (isNew) await this.#book.setChat(before);
    return await this.#book.alterChat(before.id, (chat) => ({
      ...chat,
      members: [
        ...new Set([...chat.members, ...isOurs && added ? [added] : []]),
      ].filter((one) => one !== removed),
    }));
  }

  /** undefined: it is of none that is known, or of a late word of one that is not. */
  async #group(
    message: Received,
    groupId: string,
    sender: string,
  ): Promise<Chat | undefined> {
    if (!CHAT_ID.test(groupId)) return undefined;
    const own = this.#book.account.key.fingerprint;
    const found = this.#book.chatWithId("group", groupId);
    if (!found) return await this.#newGroup(message, groupId, sender);
    const isTheirs = sender === own || found.left ||
      found.members.includes(sender);
    if (!isTheirs || found.isBlocked) return undefined;
    return await this.#book.alterChat(found.id, (chat) => {
      const times = this.#timesBy(message, chat, sender);
      const heardAt = Math.max(chat.heardAt ?? 0, message.at);
      return withTimes({ ...chat, heardAt }, times, own);
    });
  }

  async #newGroup(
    message: Received,
    groupId: string,
    sender: string,
  ): Promise<Chat | undefined> {
    const own = this.#book.account.key.fingerprint;
    if (message.field("chat-group-member-removed") !== undefined) {
      return undefined; // somebody leaves what we have not heard of
    }
    const listed = this.#listed(message);
    const all = [own, sender, ...listed.to.filter((one) => one !== undefined)];
    const from: MemberTimes = { [sender]: [message.at, 0] };
    const times = listed.times
      ? merged(listed.to.includes(sender) ? {} : from, listed)
      : Object.fromEntries(all.map((one) => [one, [0, 0]] as const));
    const made = withTimes(
      {
        ...newChat("group", nameIn(message)),
        groupId,
        heardAt: message.at,
        ...sender !== own && isStranger(this.#book, sender)
          ? { isRequest: true }
          : {},
      },
      times,
      own,
    );
    await this.#book.setChat(made);
    return made;
  }

  /** Who is in the group by what somebody says of it who may. */
  #timesBy(message: Received, chat: Chat, sender: string): MemberTimes {
    const own = this.#book.account.key.fingerprint;
    const before = timesOf(chat, own);
    const listed = this.#listed(message);
    const joined = fingerprintIn(message, "chat-group-member-added-fpr") ??
      keyAt(this.#book, message.field("chat-group-member-added"));
    const went = fingerprintIn(message, "chat-group-member-removed-fpr") ??
      keyAt(this.#book, message.field("chat-group-member-removed"));
    if (isStale(chat)) {
      const all = [
        own,
        sender,
        ...listed.to.filter((one) => one !== undefined),
      ];
      return Object.fromEntries(all.map((one) => [one, [0, 0]] as const));
    }
    const isBack = chat.left && joined !== undefined;
    const known = isBack ? added(before, sender, message.at) : before;
    if (listed.times) return merged(known, listed, sender);
    if (joined !== undefined) {
      const all = joined === own && chat.left
        ? [own, ...listed.to.filter((one) => one !== undefined)]
        : [joined];
      return all.reduce((times, one) => added(times, one, message.at), known);
    }
    return went === undefined ? known : removed(known, went, message.at);
  }

  #listed(message: Received): Listed {
    return listedIn(message, (address) => keyAt(this.#book, address));
  }
}

export function fingerprintIn(
  message: Received,
  field: string,
): string | undefined {
  return message.field(field)?.trim().toUpperCase();
}

export function nameIn(message: Received): string {
  return visibleName(message.field("chat-group-name") ?? "", MAX_CHAT_NAME);
}

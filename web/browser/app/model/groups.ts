/** Groups: who is in them, what they are called, and how they look. @module */
import { randomId } from "../protocol/octets.ts";
import type { Fields } from "../protocol/fields.ts";
import { encodeText } from "../protocol/fields.ts";
import { makeMessageId } from "../protocol/writer.ts";
import type { Book } from "./book.ts";
import { keepFace, writeFace } from "./faces.ts";
import { added, removed, timesOf, withTimes } from "./membership.ts";
import { newChat } from "./new_chat.ts";
import { now } from "./clock.ts";
import type { Outbox, ToChat } from "./outbox.ts";
import type { Chat, Contact, Info, MemberTimes, Settable } from "./types.ts";

export class Groups {
  readonly #book: Book;
  readonly #outbox: Outbox;

  constructor(book: Book, outbox: Outbox) {
    this.#book = book;
    this.#outbox = outbox;
  }

  async create(name: string, members: readonly Contact[]): Promise<Chat> {
    const at = now();
    const own = this.#book.account.key.fingerprint;
    const all = [own, ...members.map(({ fingerprint }) => fingerprint)];
    const times = Object.fromEntries(
      all.map((one) => [one, [at, 0]] as const),
    );
    const chat = withTimes(
      {
        ...newChat("group", name),
        groupId: randomId(),
        setAt: { name: at },
        heardAt: at,
      },
      times,
      own,
    );
    await this.#book.setChat(chat);
    return chat;
  }

  async add(chat: Chat, contact: Contact): Promise<void> {
    const { fingerprint, address, name } = contact;
    await this.#change(
      chat,
      (one) => this.#with(one, (times) => added(times, fingerprint)),
      { what: "member_added", name },
      `Member ${address} was added.`,
      [
        ["Chat-Group-Member-Added", address],
        ["Chat-Group-Member-Added-Fpr", fingerprint],
        ...await this.#faceOf(chat),
      ],
    );
  }

  async remove(chat: Chat, contact: Contact): Promise<void> {
    const { fingerprint, address, name } = contact;
    await this.#change(
      chat,
      (one) => this.#with(one, (times) => removed(times, fingerprint)),
      { what: "member_removed", name },
      `Member ${address} was removed.`,
      [
        ["Chat-Group-Member-Removed", address],
        ["Chat-Group-Member-Removed-Fpr", fingerprint],
      ],
      { others: [contact] }, // who is removed hears of it, too
    );
  }

  #with(chat: Chat, change: (times: MemberTimes) => MemberTimes): Chat {
    const own = this.#book.account.key.fingerprint;
    return withTimes(chat, change(timesOf(chat, own)), own);
  }

  async rename(chat: Chat, name: string): Promise<void> {
    const at = later(chat, "name");
    await this.#change(
      chat,
      (one) => ({ ...one, name, setAt: { ...one.setAt, name: at } }),
      { what: "renamed", name },
      `Group name changed from "${chat.name}" to "${name}".`,
      [["Chat-Group-Name-Changed", encodeText(chat.name)]],
    );
  }

  async describe(chat: Chat, about: string): Promise<void> {
    const at = later(chat, "about");
    await this.#change(
      chat,
      (one) => ({ ...one, about, setAt: { ...one.setAt, about: at } }),
      { what: "about_changed", name: chat.name },
      "[Chat description changed.]",
      [
        ["Chat-Group-Description-Changed", ""],
        ["Chat-Group-Description", encodeLines(about)],
        ["Chat-Group-Description-Timestamp", String(at)],
      ],
    );
  }

  /** @param octets a picture, or "none" */
  async setFace(chat: Chat, octets: Uint8Array | "none"): Promise<void> {
    const { face: before } = chat;
    const face = await keepFace(this.#book.vault, octets, undefined);
    const at = later(chat, "face");
    await this.#change(
      chat,
      ({ face: _, ...one }) => ({
        ...one,
        ...(face ? { face } : {}),
        setAt: { ...one.setAt, face: at },
      }),
      { what: "face_changed", name: chat.name },
      "Chat image changed.",
      [
        ["Chat-Content", "group-avatar-changed"],
        [
          "Chat-Group-Avatar",
          writeFace(octets === "none" ? undefined : octets),
        ],
      ],
      { at },
    );
    if (before) await this.#book.vault.remove(before);
  }

  async setTimer(chat: Chat, seconds: number): Promise<void> {
    const at = later(chat, "timer");
    await this.#change(
      chat,
      (one) => ({
        ...one,
        timerSeconds: seconds,
        setAt: { ...one.setAt, timer: at },
      }),
      { what: seconds > 0 ? "timer_set" : "timer_off", name: String(seconds) },
      "Message deletion timer was changed.",
      [["Chat-Content", "ephemeral-timer-changed"]],
      { at },
    );
  }

  async leave(chat: Chat): Promise<void> {
    const { address, key: { fingerprint } } = this.#book.account;
    const go = (one: Chat): Chat =>
      one.kind === "group"
        ? this.#with(one, (times) => removed(times, fingerprint))
        : { ...one, left: true };
    if (chat.members.length > 0 && !chat.left) {
      await this.#outbox.toChat(go(chat), {
        gossip: true,
        body: { kind: "text", text: `Member ${address} was removed.` },
        fields: [
          ["Chat-Group-Member-Removed", address],
          ["Chat-Group-Member-Removed-Fpr", fingerprint],
        ],
      });
    }
    await this.#book.alterChat(chat.id, go);
    await this.#closeDoor(chat);
  }

  /** Nobody comes in by a link of somebody who is not in there any more. */
  async #closeDoor({ id }: Chat): Promise<void> {
    for (const offered of this.#book.handshakes) {
      if (offered.role === "invites" && offered.chat === id) {
        await this.#book.removeHandshake(offered);
      }
    }
  }

  /** Tells the others first: what they were not told has not happened. */
  async #change(
    { id }: Chat,
    change: (chat: Chat) => Chat,
    info: Info,
    words: string,
    fields: Fields,
    { at, others = [] }: Pick<ToChat, "at" | "others"> = {},
  ): Promise<void> {
    const before = this.#book.chat(id);
    if (!before) return;
    const changed = change(before);
    if (changed.members.length + others.length > 0) {
      await this.#outbox.toChat(changed, {
        gossip: true,
        body: { kind: "text", text: words },
        fields,
        others,
        // where no field says when it was set, the date of the message does
        ...(at === undefined ? {} : { at }),
      });
    }
    // as it is by then, and in the place where it was told
    const chat = await this.#book.alterChat(
      id,
      (one) => ({ ...change(one), at: now() }),
    );
    if (!chat) return;
    await this.#book.setMessage({
      id: makeMessageId(),
      chat: id,
      from: "",
      at: now(),
      text: "",
      info: { ...info, by: "" },
      state: "seen",
      reactions: {},
    });
  }

  async #faceOf({ face }: Chat): Promise<Fields> {
    const octets = face && await this.#book.vault.get<Uint8Array>(face);
    return octets ? [["Chat-Group-Avatar", writeFace(octets)]] : [];
  }
}

/** Than what was set before: of two in one second others would keep either. */
function later({ setAt }: Chat, what: Settable): number {
  return Math.max(now(), (setAt?.[what] ?? 0) + 1);
}

/** Line ends are in the encoded words alone. */
function encodeLines(text: string): string {
  return encodeText(text, { isOneLine: false });
}

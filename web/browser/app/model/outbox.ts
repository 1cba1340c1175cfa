/** Writes, seals and sends. @module */
import type { MailLink } from "../net/mail_link.ts";
import type { Fields } from "../protocol/fields.ts";
import { encodeText } from "../protocol/fields.ts";
import { readOwnKey } from "../protocol/keys.ts";
import { seal } from "../protocol/seal.ts";
import { sealWithSecret } from "../protocol/secret.ts";
import {
  type Body,
  makeMessageId,
  type Person,
  writeInner,
  writeOuter,
  writePlainRequest,
  writeStep,
} from "../protocol/writer.ts";
import type { Book } from "./book.ts";
import { now } from "./clock.ts";
import { type Roll, rollOf } from "./membership.ts";
import type { Chat, Contact } from "./types.ts";

export interface ToSend {
  readonly id?: string;
  readonly at?: number;
  readonly to: readonly Contact[];
  /** They get it, too, and are not there any more. */
  readonly others?: readonly Contact[];
  /** Of a group: who is named as in it, and as not any more. */
  readonly roll?: Roll;
  readonly body: Body;
  readonly fields?: Fields;
  readonly gossip?: boolean;
}

export interface ToChat
  extends Pick<ToSend, "id" | "at" | "body" | "fields" | "gossip"> {
  /** Who was in the chat until now. */
  readonly others?: readonly Contact[];
}

export class Outbox {
  readonly #book: Book;
  readonly #link: MailLink;

  constructor(book: Book, link: MailLink) {
    this.#book = book;
    this.#link = link;
  }

  /** To all of a chat, with what tells them which it is. */
  async toChat(
    chat: Chat,
    { others = [], fields = [], gossip, ...letter }: ToChat,
  ): Promise<void> {
    const to = membersOf(this.#book, chat);
    if (chat.isOwn) return await this.#toReaders(chat, to, fields, letter);
    const roll = chat.kind === "group" ? rollOf(this.#book, chat) : undefined;
    await this.send({
      ...letter,
      to,
      others,
      ...(roll ? { roll } : {}),
      gossip: gossip ?? chat.kind === "group",
      fields: [
        ...groupFields(chat),
        ...roll?.fields ?? [],
        ...(chat.timerSeconds
          ? [["Ephemeral-Timer", String(chat.timerSeconds)] as const]
          : []),
        ...fields,
      ],
    });
  }

  /** Sealed with what they all know; none sees who the others are. */
  async #toReaders(
    chat: Chat,
    readers: readonly Contact[],
    fields: Fields,
    { id = makeMessageId(), at = now(), body }: Pick<
      ToChat,
      "id" | "at" | "body"
    >,
  ): Promise<void> {
    const { address, hasOtherDevices, key } = this.#book.account;
    const addresses = [
      ...new Set([
        ...readers.map((one) => one.address),
        ...hasOtherDevices ? [address] : [],
      ]),
    ];
    if (addresses.length === 0) return; // it is for those who come
    const letter = {
      id,
      at,
      from: this.#self(),
      to: [],
      subject: "...",
      more: [...groupFields(chat), ...fields],
      body,
      gossip: [],
    };
    const armored = await sealWithSecret(
      writeInner(letter),
      chat.secret!,
      await readOwnKey(key.armored),
    );
    await this.#link.send(addresses, writeOuter(letter, armored));
  }

  /** @throws {RelayError | Unreachable} */
  async send(
    {
      id = makeMessageId(),
      at = now(),
      to,
      others = [],
      roll,
      body,
      fields,
      gossip,
    }: ToSend,
  ): Promise<void> {
    const all = [...to, ...others];
    if (all.length === 0) throw new Error("nobody");
    const own = await readOwnKey(this.#book.account.key.armored);
    const letter = {
      id,
      at,
      from: this.#self(),
      to: roll?.to ?? to,
      past: roll?.past ?? [],
      subject: "...",
      more: fields ?? [],
      body,
      gossip: gossip ? all : [],
    };
    const armored = await seal(
      writeInner(letter),
      own,
      all.map(({ certificate }) => certificate),
    );
    const { address, hasOtherDevices } = this.#book.account;
    const addresses = [
      ...new Set([
        ...all.map((one) => one.address),
        ...hasOtherDevices ? [address] : [],
      ]),
    ];
    await this.#link.send(addresses, writeOuter(letter, armored));
  }

  /** To other devices of this account. */
  async toSelf(id: string, json: string): Promise<void> {
    const own = await readOwnKey(this.#book.account.key.armored);
    const from = this.#self();
    const letter = {
      id,
      at: now(),
      from,
      to: [from],
      subject: "...",
      more: [["Auto-Submitted", "auto-generated"]] as const,
      body: { kind: "sync", json } as const,
      gossip: [],
    };
    const armored = await seal(writeInner(letter), own, []);
    await this.#link.send([from.address], writeOuter(letter, armored));
  }

  async requestKey(
    address: string,
    inviteNumber: string,
    step: "vc-request" | "vg-request",
  ): Promise<void> {
    const id = makeMessageId();
    await this.#link.send(
      [address],
      writePlainRequest(this.#self(), address, inviteNumber, id, now(), step),
    );
  }

  /**
   * A step of a handshake that only who knows the invitation can read.
   *
   * @param withKey it brings our key, and is signed with it
   */
  async sendBySecret(
    addresses: readonly string[],
    { step, auth, secret, withKey }: {
      readonly step: "vc-request-pubkey" | "vc-pubkey";
      readonly auth: string;
      readonly secret: string;
      readonly withKey: boolean;
    },
  ): Promise<void> {
    const from = this.#self();
    const letter = { from, id: makeMessageId(), at: now() };
    const inner = writeStep(letter, { step, auth, withKey });
    const signer = withKey
      ? await readOwnKey(this.#book.account.key.armored)
      : undefined;
    const armored = await sealWithSecret(inner, secret, signer);
    await this.#link.send(addresses, writeOuter(letter, armored));
  }

  #self(): Person {
    const { address, name, key } = this.#book.account;
    const { certificate, fingerprint } = key;
    return { address, name, certificate, fingerprint };
  }
}

export function membersOf(book: Book, chat: Chat): Contact[] {
  return chat.members.flatMap((one) => book.contact(one) ?? []);
}

/** What tells others which group or channel a message belongs to. */
export function groupFields(chat: Chat): Fields {
  if (chat.groupId === undefined) return [];
  const named: Fields = [
    ["Chat-Group-Name", encodeText(chat.name)],
    ...(chat.setAt?.name
      ? [["Chat-Group-Name-Timestamp", String(chat.setAt.name)] as const]
      : []),
  ];
  if (chat.kind === "channel") {
    const id = `${encodeText(chat.name)} <${chat.groupId}>`;
    return [["Chat-List-ID", id], ...(chat.isOwn ? named : [])];
  }
  return [["Chat-Group-ID", chat.groupId], ...named];
}

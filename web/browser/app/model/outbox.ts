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
import type { Chat, Contact } from "./types.ts";

export interface ToSend {
  readonly id?: string;
  readonly at?: number;
  readonly to: readonly Contact[];
  readonly body: Body;
  readonly fields?: Fields;
  readonly gossip?: boolean;
}

export class Outbox {
  readonly #book: Book;
  readonly #link: MailLink;

  constructor(book: Book, link: MailLink) {
    this.#book = book;
    this.#link = link;
  }

  /** @throws {Error} with what the relay says */
  async send(
    { id = makeMessageId(), at = now(), to, body, fields, gossip }: ToSend,
  ): Promise<void> {
    if (to.length === 0) throw new Error("There is nobody to write to");
    const own = await readOwnKey(this.#book.account.key.armored);
    const letter = {
      id,
      at,
      from: this.#self(),
      to,
      subject: "...",
      more: fields ?? [],
      body,
      gossip: gossip ?? false,
    };
    const armored = await seal(
      writeInner(letter),
      own,
      to.map(({ certificate }) => certificate),
    );
    const { address, hasOtherDevices } = this.#book.account;
    const addresses = [
      ...new Set([
        ...to.map((one) => one.address),
        ...hasOtherDevices && isKept(body) ? [address] : [],
      ]),
    ];
    await this.#link.send(addresses, writeOuter(letter, armored));
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

/** Receipts are of one device alone. */
function isKept({ kind }: Body): boolean {
  return kind !== "receipt";
}

/** What tells others which group a message belongs to, and who is in it. */
export function groupFields(chat: Chat, members: readonly Contact[]): Fields {
  if (chat.groupId === undefined) return [];
  if (chat.kind === "channel") {
    return [["Chat-List-ID", `${encodeText(chat.name)} <${chat.groupId}>`]];
  }
  return [
    ["Chat-Group-ID", chat.groupId],
    ["Chat-Group-Name", encodeText(chat.name)],
    [
      "Chat-Group-Member-Fpr",
      members.map(({ fingerprint }) => fingerprint).join(" "),
    ],
  ];
}

export function now(): number {
  return Math.floor(Date.now() / 1000);
}

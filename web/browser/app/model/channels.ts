/**
 * Channels of our own: we write, and whoever came by our link reads. What is
 * written is encrypted with a secret that each reader was told alone; no reader
 * hears of another.
 *
 * @module
 */
import { toBase64 } from "../protocol/octets.ts";
import type { Fields } from "../protocol/fields.ts";
import { randomId } from "../protocol/octets.ts";
import type { Book } from "./book.ts";
import { newChat } from "./new_chat.ts";
import { now } from "./clock.ts";
import { groupFields, type Outbox } from "./outbox.ts";
import type { Chat, Contact } from "./types.ts";
import { writeFace } from "./faces.ts";

const SECRET_OCTETS = 32;

export class Channels {
  readonly #book: Book;
  readonly #outbox: Outbox;

  constructor(book: Book, outbox: Outbox) {
    this.#book = book;
    this.#outbox = outbox;
  }

  async create(name: string): Promise<Chat> {
    const octets = crypto.getRandomValues(new Uint8Array(SECRET_OCTETS));
    const chat: Chat = {
      ...newChat("channel", name),
      isOwn: true,
      groupId: randomId(),
      secret: toBase64(octets).replaceAll("+", "-").replaceAll("/", "_")
        .replaceAll("=", ""),
      setAt: { name: now() },
    };
    await this.#book.setChat(chat);
    return chat;
  }

  /** By our link: they are told the secret, and nobody else hears of it. */
  async admit(chat: Chat, guest: Contact): Promise<void> {
    const { fingerprint, address } = guest;
    await this.#tell(chat, guest, `Member ${address} was added.`, [
      ["Chat-Broadcast-Secret", chat.secret!],
      ["Chat-Group-Member-Added", address],
      ["Chat-Group-Member-Added-Fpr", fingerprint],
      ["Secure-Join", "vg-member-added"],
      ...await this.#faceOf(chat),
    ]);
    await this.#book.alterChat(chat.id, (one) => ({
      ...one,
      members: [...new Set([...one.members, fingerprint])],
      at: now(),
    }));
  }

  async dismiss(chat: Chat, reader: Contact): Promise<void> {
    const { fingerprint, address } = reader;
    await this.#tell(chat, reader, `Member ${address} was removed.`, [
      ["Chat-Group-Member-Removed", address],
      ["Chat-Group-Member-Removed-Fpr", fingerprint],
    ]);
    await this.#book.alterChat(chat.id, (one) => ({
      ...one,
      members: one.members.filter((member) => member !== fingerprint),
    }));
  }

  async #tell(
    chat: Chat,
    one: Contact,
    text: string,
    fields: Fields,
  ): Promise<void> {
    await this.#outbox.send({
      to: [one],
      gossip: true, // whoever gets it sees that it is meant for their key
      body: { kind: "text", text },
      fields: [...groupFields(chat), ...fields],
    });
  }

  async #faceOf({ face }: Chat): Promise<Fields> {
    const octets = face && await this.#book.vault.get<Uint8Array>(face);
    return octets ? [["Chat-Group-Avatar", writeFace(octets)]] : [];
  }
}

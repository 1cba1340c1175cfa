/**
 * What we say: words, files, answers, reactions; what we change of it, and take
 * back. What cannot be sent for want of a connection is sent when there is one.
 *
 * @module
 */
import { RelayError, Unreachable } from "../net/mail_link.ts";
import type { Fields } from "../protocol/fields.ts";
import { type Attachment, makeMessageId } from "../protocol/writer.ts";
import type { Book } from "./book.ts";
import { atEnd, now } from "./clock.ts";
import { membersOf, type Outbox } from "./outbox.ts";
import { brought } from "./places.ts";
import { accepted } from "./requests.ts";
import type { Chat, ChatMessage, FileOf, Quote } from "./types.ts";
import { begun } from "./vanishing.ts";
import { writeFace } from "./faces.ts";

export interface Draft {
  readonly text: string;
  readonly attachment?: Attachment;
  readonly as?: FileOf["as"];
  /** What it answers. */
  readonly answers?: ChatMessage;
  readonly isForwarded?: boolean;
}

const MAX_QUOTE_LETTERS = 300;
const KNOWN_FAULTS = ["nobody", "no_file"];
const EDIT = "✏️";
const DELETE = "🚮";

export class Writing {
  readonly #book: Book;
  readonly #outbox: Outbox;
  readonly #delivering = new Set<string>();

  constructor(book: Book, outbox: Outbox) {
    this.#book = book;
    this.#outbox = outbox;
  }

  async send(
    chatId: string,
    { text, attachment, as, answers, isForwarded }: Draft,
  ): Promise<void> {
    const asked = this.#book.chat(chatId);
    if (!asked) throw new RangeError(`No chat is ${chatId}`);
    const chat = accepted(asked); // who answers wants it
    const id = makeMessageId();
    const key = `file:${chatId}:${id}`;
    if (attachment) await this.#book.vault.put(key, attachment.octets);
    const { timerSeconds } = chat;
    const at = now();
    const message: ChatMessage = {
      id,
      chat: chatId,
      from: "",
      at,
      ...atEnd(at, this.#book.lastMessage(chatId)),
      text,
      ...(attachment
        ? {
          file: {
            name: attachment.name,
            type: attachment.type,
            size: attachment.octets.length,
            key,
            ...(as ? { as } : {}),
          },
        }
        : {}),
      ...(answers ? { quote: quoteOf(answers) } : {}),
      ...(isForwarded ? { isForwarded } : {}),
      ...(timerSeconds ? { timerSeconds } : {}),
      state: "sending",
      reactions: {},
    };
    await this.#book.setMessage(message);
    await this.#book.alterChat(
      chatId,
      (one) => brought({ ...accepted(one), at: Math.max(one.at, at) }),
    );
    await this.#deliver(message);
  }

  /** To another chat, as it is. */
  async forward(message: ChatMessage, chatId: string): Promise<void> {
    const { file, text } = message;
    const octets = file?.key
      ? await this.#book.vault.get<Uint8Array>(file.key)
      : undefined;
    await this.send(chatId, {
      text,
      isForwarded: true,
      ...(file && octets
        ? { attachment: { name: file.name, type: file.type, octets } }
        : {}),
      ...(file?.as ? { as: file.as } : {}),
    });
  }

  /** One that failed, once more. */
  async sendAgain(message: Pick<ChatMessage, "id">): Promise<void> {
    const waiting = await this.#book.alterMessage(
      message.id,
      ({ error: _, ...one }) =>
        one.state === "failed" ? { ...one, state: "sending" } : one,
    );
    if (waiting) await this.#deliver(waiting);
  }

  /** What could not be sent for want of a connection, in its order. */
  async sendWaiting(): Promise<void> {
    const waiting = this.#book.chats
      .flatMap(({ id }) => this.#book.allMessages(id))
      .filter(({ from, state }) => from === "" && state === "sending")
      .sort((a, b) => a.at - b.at);
    for (const message of waiting) await this.#deliver(message);
  }

  async #deliver(message: ChatMessage): Promise<void> {
    const chat = this.#book.chat(message.chat);
    if (!chat || this.#delivering.has(message.id)) return;
    this.#delivering.add(message.id);
    const { name, type, key, as } = message.file ?? {};
    try {
      const octets = key && await this.#book.vault.get<Uint8Array>(key);
      await this.#outbox.toChat(chat, {
        id: message.id,
        at: message.at,
        body: {
          kind: "text",
          text: message.text,
          ...(message.quote ? { quote: message.quote.text } : {}),
          ...(message.isForwarded ? { isForwarded: true } : {}),
          ...(octets
            ? { attachment: { name: name!, type: type!, octets } }
            : {}),
        },
        fields: [
          ["Chat-Disposition-Notification-To", this.#book.account.address],
          ...(message.quote?.id ? answer(message.quote.id) : []),
          ...(as === "voice" ? [["Chat-Voice-Message", "1"] as const] : []),
          ...(as === "sticker" ? [["Chat-Content", "sticker"] as const] : []),
          ...await this.#faceFor(chat),
        ],
      });
      // as it is by then: reactions and receipts come meanwhile
      await this.#book.alterMessage(
        message.id,
        (one) =>
          one.state === "sending" ? begun({ ...one, state: "sent" }) : one,
      );
      await this.#wasShown(chat);
    } catch (error) {
      if (error instanceof Unreachable) return; // it waits for a connection
      const why = reasonOf(error);
      await this.#book.alterMessage(
        message.id,
        (one) => ({ ...one, state: "failed", error: why }),
      );
    } finally {
      this.#delivering.delete(message.id);
    }
  }

  /** Our picture, for who has not seen it yet. */
  async #faceFor({ kind, shownFace }: Chat): Promise<Fields> {
    const { face } = this.#book.account;
    if (kind === "channel" || face === shownFace) return [];
    const octets = face && await this.#book.vault.get<Uint8Array>(face);
    return [["Chat-User-Avatar", writeFace(octets || undefined)]];
  }

  async #wasShown({ id, shownFace }: Chat): Promise<void> {
    const { face } = this.#book.account;
    if (face === shownFace) return;
    await this.#book.alterChat(
      id,
      ({ shownFace: _, ...one }) => ({
        ...one,
        ...(face ? { shownFace: face } : {}),
      }),
    );
  }

  /** @param emoji "": taken back */
  async react(message: ChatMessage, emoji: string): Promise<void> {
    const chat = this.#book.chat(message.chat);
    if (!chat) return;
    await this.#outbox.toChat(chat, {
      body: { kind: "reaction", emoji },
      fields: answer(message.id),
    });
    await this.#book.alterMessage(message.id, (one) => {
      const reactions = { ...one.reactions };
      if (emoji) reactions[""] = emoji;
      else delete reactions[""];
      return { ...one, reactions };
    });
  }

  /** One of ours says something else now, for all. */
  async edit(message: ChatMessage, text: string): Promise<void> {
    const chat = this.#book.chat(message.chat);
    if (!chat || message.from !== "") return;
    await this.#outbox.toChat(chat, {
      body: { kind: "text", text: `${EDIT}${text}` },
      fields: [["Chat-Edit", `<${message.id}>`]],
    });
    await this.#book.alterMessage(
      message.id,
      (one) => ({ ...one, text, isEdited: true }),
    );
  }

  /** One of ours is taken back, for all. */
  async takeBack(message: ChatMessage): Promise<void> {
    const chat = this.#book.chat(message.chat);
    if (!chat || message.from !== "") return;
    if (membersOf(this.#book, chat).length > 0) {
      await this.#outbox.toChat(chat, {
        body: { kind: "text", text: DELETE },
        fields: [["Chat-Delete", `<${message.id}>`]],
      });
    }
    await this.#book.removeMessage(message);
  }
}

/** As it is kept: in words of the relay, or a name of what is wrong here. */
function reasonOf(error: unknown): string {
  if (error instanceof RelayError) return error.message;
  const { message } = error as Partial<Error>;
  if (message && KNOWN_FAULTS.includes(message)) return message;
  // deno-lint-ignore no-console -- of no use to people, and all there is for who looks into it
  console.error(error);
  return "unknown";
}

function answer(id: string): Fields {
  return [["In-Reply-To", `<${id}>`], ["References", `<${id}>`]];
}

function quoteOf({ id, text, file, call }: ChatMessage): Quote {
  const shown = text || (call ? "📞" : file ? `📎 ${file.name}` : "");
  return { id, text: shown.slice(0, MAX_QUOTE_LETTERS) };
}

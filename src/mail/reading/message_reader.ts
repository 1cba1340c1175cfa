/**
 * One stored message as those who read it do: each thing about it at most
 * once, a large body never whole.
 *
 * @module
 */
import { concat } from "../../base/octets.ts";
import type { MessageOctets, OctetRange } from "../mailbox.ts";
import type { MimeMessage } from "../mime.ts";
import { MimeParser } from "../mime_parser.ts";
import type { MailboxId } from "../../base/ids.ts";
import type { AccountMail, ReadMessage } from "../account_mail.ts";

/** What is read at once and may stay in memory for a moment. */
export const SMALL_OCTETS = 64 * 1024;

/** The message is not there any more, or its octets are not; `cause` is what went wrong, if something did. */
export class MessageGone extends Error {
  override readonly name = "MessageGone";
}

export class MessageReader {
  #header: Promise<Uint8Array> | undefined;
  #structure: Promise<MimeMessage> | undefined;
  #whole: Promise<Uint8Array> | undefined;
  #isSlow = false;

  constructor(
    readonly mail: AccountMail,
    readonly mailbox: MailboxId,
    readonly row: ReadMessage,
  ) {}

  /** All of a large message had to be read: the client should not wait for another. */
  get isSlow(): boolean {
    return this.#isSlow;
  }

  /** The top-level header with its empty line. @throws {MessageGone} */
  header(): Promise<Uint8Array> {
    return this.#header ??= this.#readHeader();
  }

  async #readHeader(): Promise<Uint8Array> {
    const { content, uid } = this.row;
    if (content) return content.octets.subarray(0, content.headerOctets);
    const header = await this.mail.header(this.mailbox, uid);
    if (!header) throw new MessageGone();
    return header;
  }

  /** @throws {MessageGone} */
  structure(): Promise<MimeMessage> {
    return this.#structure ??= this.#parse();
  }

  async #parse(): Promise<MimeMessage> {
    const parser = new MimeParser();
    const { sizeOctets } = this.row;
    if (sizeOctets <= SMALL_OCTETS) {
      parser.write(await this.octets({ start: 0, end: sizeOctets }));
    } else {
      this.#isSlow = true;
      await forEachPiece(await this.pieces(), (piece) => parser.write(piece));
    }
    return parser.finish();
  }

  /** A part that is small enough to hold. @throws {MessageGone} also if it is shorter than it should be */
  async octets(range: OctetRange): Promise<Uint8Array> {
    const { content, sizeOctets } = this.row;
    if (content?.octets.length === sizeOctets) {
      return content.octets.subarray(range.start, range.end);
    }
    if (sizeOctets > SMALL_OCTETS) return await this.#read(range);
    // Of a small message nearly all is wanted, or wanted again.
    this.#whole ??= this.#read({ start: 0, end: sizeOctets });
    return (await this.#whole).subarray(range.start, range.end);
  }

  async #read(range: OctetRange): Promise<Uint8Array> {
    const pieces = await this.pieces(range);
    const parts: Uint8Array[] = [];
    await forEachPiece(pieces, (piece) => void parts.push(piece));
    return parts.length === 1 ? parts[0]! : concat(parts);
  }

  /** As many octets as were asked for. @throws {MessageGone} also if they are not all there */
  async pieces(
    { start, end }: OctetRange = { start: 0, end: this.row.sizeOctets },
  ): Promise<MessageOctets> {
    const { content, uid, sizeOctets } = this.row;
    if (content?.octets.length === sizeOctets) {
      return onePiece(content.octets.subarray(start, end));
    }
    const whole = start === 0 && end === sizeOctets;
    const pieces = whole
      ? await this.mail.body(this.mailbox, uid)
      : await this.mail.body(this.mailbox, uid, { start, end });
    if (!pieces) throw new MessageGone();
    if (pieces.sizeOctets === end - start) return pieces;
    await pieces[Symbol.asyncIterator]().return?.();
    throw new MessageGone("Cannot read message", {
      cause: new RangeError("A message has another size"),
    });
  }
}

function onePiece(octets: Uint8Array): MessageOctets {
  return {
    sizeOctets: octets.length,
    async *[Symbol.asyncIterator]() {
      if (octets.length > 0) yield octets;
    },
  };
}

/** @throws {MessageGone} with the cause, if reading fails on the way */
async function forEachPiece(
  pieces: MessageOctets,
  use: (piece: Uint8Array) => void,
): Promise<void> {
  let left = pieces.sizeOctets;
  try {
    for await (const piece of pieces) {
      left -= piece.length;
      use(piece);
    }
    if (left !== 0) throw new RangeError("A message has another size");
  } catch (error) {
    throw new MessageGone("Cannot read message", { cause: error });
  }
}

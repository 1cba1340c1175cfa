/**
 * Mail as one mbox file (RFC 4155), of the kind that can be read back without a
 * loss: a line that begins with `From `, after any number of `>`, has one `>`
 * more. Lines end with LF.
 *
 * @module
 */
import { Part } from "../../../files/part.ts";
import { Refusal } from "../../../base/refusal.ts";
import {
  ANSWERED,
  DELETED,
  DRAFT,
  FLAGGED,
  type Mailbox,
  type MessageRow,
  SEEN,
} from "../../../mail/mailbox.ts";
import type { MailWriter } from "./mail_writer.ts";

const LF = 10;
const CR = 13;
const MARK = 0x3e; // >
const FROM = new TextEncoder().encode("From ");
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];

/** Octets of one message as they stand in an mbox, piece by piece. */
export class MboxLines {
  /** Nothing of the line but `>` so far. */
  #isAtStart = true;
  #isEmpty = true;
  #hasCr = false;
  /** Of a line so far, if all of it is the beginning of `From `. */
  #matched = 0;

  push(piece: Uint8Array): Uint8Array {
    // each octet stands for itself and at most one before it, or FROM that waited
    const out: number[] = [];
    for (const octet of piece) this.#take(octet, out);
    return Uint8Array.from(out);
  }

  /** What waits, a line end if there is none, and the empty line after a message. */
  end(): Uint8Array {
    const out: number[] = [];
    this.#release(out);
    if (this.#hasCr) out.push(CR);
    if (!this.#isEmpty || this.#hasCr) out.push(LF);
    out.push(LF);
    return Uint8Array.from(out);
  }

  #take(octet: number, out: number[]): void {
    if (this.#hasCr) {
      this.#hasCr = false;
      if (octet !== LF) this.#put(CR, out);
    }
    if (octet === CR) this.#hasCr = true;
    else this.#put(octet, out);
    if (octet === CR) this.#release(out);
  }

  #put(octet: number, out: number[]): void {
    if (this.#isAtStart && octet === FROM[this.#matched]) {
      if (++this.#matched < FROM.length) return;
      out.push(MARK);
      this.#release(out);
      return;
    }
    this.#release(out);
    this.#isEmpty = octet === LF;
    if (octet === LF) this.#isAtStart = true;
    else if (octet !== MARK) this.#isAtStart = false;
    out.push(octet);
  }

  /** It is no `From `, or it is one and has its mark. */
  #release(out: number[]): void {
    if (this.#matched === 0) return;
    out.push(...FROM.subarray(0, this.#matched));
    this.#matched = 0;
    this.#isEmpty = false;
    this.#isAtStart = false;
  }
}

export class MboxWriter implements MailWriter {
  readonly #part: Part;

  private constructor(part: Part) {
    this.#part = part;
  }

  /** @throws {Refusal} `already_exists` */
  static async open(target: string): Promise<MboxWriter> {
    if (await exists(target)) {
      throw new Refusal("already_exists", {
        explanation: `File ${target} exists`,
      });
    }
    return new MboxWriter(Part.begin(target));
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  async write(
    message: MessageRow,
    octets: AsyncIterable<Uint8Array>,
    mailbox: Mailbox,
  ): Promise<void> {
    const head = `From MAILER-DAEMON ${asctime(message.internalDate)}\n` +
      statusOf(message, mailbox);
    await this.#put(new TextEncoder().encode(head));
    const lines = new MboxLines();
    for await (const piece of octets) await this.#put(lines.push(piece));
    await this.#put(lines.end());
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  finish(): Promise<void> {
    this.#part.finish();
    return Promise.resolve();
  }

  abandon(): Promise<void> {
    this.#part.abandon();
    return Promise.resolve();
  }

  async #put(octets: Uint8Array): Promise<void> {
    for (let left = octets; left.length > 0;) {
      left = left.subarray(await this.#part.file.write(left));
    }
  }
}

/** Header fields in which mail programs keep flags, UID and mailbox. */
function statusOf({ uid, flags }: MessageRow, { name }: Mailbox): string {
  const status = flags & SEEN ? "RO" : "O";
  const letters: readonly [number, string][] = [
    [ANSWERED, "A"],
    [FLAGGED, "F"],
    [DRAFT, "T"],
    [DELETED, "D"],
  ];
  const more = letters.filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter).join("");
  return [
    `Status: ${status}`,
    ...(more === "" ? [] : [`X-Status: ${more}`]),
    `X-UID: ${uid}`,
    `X-Mailbox: ${encodeURI(name.toWellFormed())}`,
    "",
  ].join("\n");
}

/** As asctime(3) writes it, UTC. */
function asctime(seconds: number): string {
  const time = new Date(seconds * 1000);
  const two = (number: number) => String(number).padStart(2, "0");
  const clock = [
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
  ].map(two).join(":");
  const day = String(time.getUTCDate()).padStart(2, " ");
  return `${DAYS[time.getUTCDay()]} ${
    MONTHS[time.getUTCMonth()]
  } ${day} ${clock} ${time.getUTCFullYear()}`;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

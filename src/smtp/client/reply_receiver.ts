/**
 * Replies of a mail server (RFC 5321 §4.2): octets in, replies out. It holds no
 * more than one reply of a bounded size; what breaks the rules is a fault, and
 * final.
 *
 * @module
 */
import { concat, LF } from "../../base/octets.ts";

export interface SmtpReply {
  /** 200 to 599. */
  readonly code: number;
  /** Enhanced status code (RFC 2034 §4), if the first line has one. */
  readonly status?: string;
  /** Without codes, one for each line of the reply. */
  readonly lines: readonly string[];
}

export type ReplyInput =
  | { readonly kind: "reply"; readonly reply: SmtpReply }
  | { readonly kind: "fault"; readonly fault: ReplyFault };

export type ReplyFault =
  | "long_line"
  | "too_many_lines"
  | "no_reply"
  | "mixed_codes";

/** For people. */
export const REPLY_FAULTS: Readonly<Record<ReplyFault, string>> = {
  long_line: "the reply has a line that is too long",
  too_many_lines: "the reply has too many lines",
  no_reply: "what was answered is no reply of a mail server",
  mixed_codes: "the lines of the reply contradict each other",
};

const MAX_LINE_OCTETS = 4096; // 512 by RFC 5321 §4.5.3.1.5; peers write more
const MAX_LINES = 100;
const LINE = /^([2-5][0-9]{2})(?:([ -])(.*))?$/s;
const STATUS = /^([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: |$)/; // RFC 3463 §2

export class ReplyReceiver {
  #buffer: Uint8Array = new Uint8Array();
  #code: string | undefined;
  #lines: string[] = [];
  #fault: ReplyFault | undefined;
  readonly #decoder = new TextDecoder();

  /** Octets that are not yet part of a reply that was given out. */
  get pending(): number {
    return this.#buffer.length + this.#lines.length;
  }

  push(octets: Uint8Array): void {
    if (this.#fault) return;
    this.#buffer = this.#buffer.length === 0
      ? octets
      : concat([this.#buffer, octets]);
  }

  /** The next reply, or undefined until more octets are pushed. */
  next(): ReplyInput | undefined {
    while (!this.#fault) {
      const end = this.#buffer.indexOf(LF);
      if ((end < 0 ? this.#buffer.length : end) > MAX_LINE_OCTETS) {
        this.#fault = "long_line";
        break;
      }
      if (end < 0) return undefined;
      const line = this.#decoder.decode(this.#buffer.subarray(0, end));
      this.#buffer = this.#buffer.subarray(end + 1);
      const reply = this.#take(line.replace(/\r$/, ""));
      if (reply) return { kind: "reply", reply };
    }
    return { kind: "fault", fault: this.#fault };
  }

  /** Forgets what came before STARTTLS: anybody may have sent it (RFC 3207 §4.2). */
  reset(): void {
    this.#buffer = new Uint8Array();
    this.#code = undefined;
    this.#lines = [];
  }

  #take(line: string): SmtpReply | undefined {
    const [, code, separator, text = ""] = LINE.exec(line) ?? [];
    if (code === undefined) this.#fault = "no_reply";
    else if (this.#code !== undefined && this.#code !== code) {
      this.#fault = "mixed_codes";
    } else if (this.#lines.length === MAX_LINES) this.#fault = "too_many_lines";
    if (this.#fault || code === undefined) return undefined;
    this.#code = code;
    this.#lines.push(text);
    return separator === "-" ? undefined : this.#finish(code);
  }

  #finish(code: string): SmtpReply {
    const status = STATUS.exec(this.#lines[0] ?? "")?.[1];
    const lines = this.#lines.map((line) => line.replace(STATUS, ""));
    this.#code = undefined;
    this.#lines = [];
    return {
      code: Number(code),
      lines,
      ...(status === undefined ? {} : { status }),
    };
  }
}

/**
 * The MIME structure of a message, as offsets into its octets.
 *
 * What IMAP's BODYSTRUCTURE, ENVELOPE, `BODY[1.2.MIME]` and SEARCH BODY are made
 * of. Push a message through `MimeParser` (`mime_parser.ts`) in any chunks:
 *
 *     const parser = new MimeParser();
 *     for await (const chunk of body) parser.write(chunk);
 *     const message = parser.finish(); // MimeMessage
 *     findPart(message, [2, 1]); // MimePart | undefined
 *
 * The octets of a section are then: `[headerStart, bodyStart)` for MIME (and for
 * HEADER, of `part.message.root`), `[bodyStart, bodyEnd)` for the part itself (and
 * for TEXT, of `part.message.root`). They may be read again by range.
 *
 * @module
 */
import type { ImapEnvelope } from "./envelope.ts";

/**
 * In the order they were sent; names in lower case. A value sent in pieces is put
 * together (RFC 2231 §3); one with a character set keeps its `name*` and its encoding.
 */
export type MimeParameters = readonly (readonly [
  name: string,
  value: string,
])[];

export interface MimeDisposition {
  /** In lower case. */
  readonly type: string;
  readonly parameters: MimeParameters;
}

export interface MimePart {
  /**
   * In lower case, as `subtype`. `text/plain` with `us-ascii` where the sender said
   * nothing that can be read, and `application/octet-stream` for a multipart or
   * message that is nested too deep or encoded.
   */
  readonly type: string;
  readonly subtype: string;
  readonly parameters: MimeParameters;
  /** Content-Transfer-Encoding in lower case; `7bit` if absent. */
  readonly encoding: string;
  readonly id?: string;
  readonly description?: string;
  readonly md5?: string;
  readonly disposition?: MimeDisposition;
  readonly language: readonly string[];
  readonly location?: string;
  /** Octets from the start of the whole message. */
  readonly headerStart: number;
  /** After the header's empty line. */
  readonly bodyStart: number;
  /** Before the line end that belongs to the next boundary. */
  readonly bodyEnd: number;
  /** Line ends in the body. */
  readonly lines: number;
  /** Of a multipart, in order; may be empty where the sender sent none. */
  readonly children: readonly MimePart[];
  /** Always there for message/rfc822, and only there. */
  readonly message?: MimeMessage;
}

export interface MimeMessage {
  readonly envelope: ImapEnvelope;
  /** Its header is the message's header. */
  readonly root: MimePart;
}

/**
 * The part with those numbers (RFC 3501 §6.4.5): 1 is the whole body of a message
 * that is no multipart, and numbers below a message/rfc822 part count in its message.
 * An empty path is the root.
 */
export function findPart(
  message: MimeMessage,
  path: readonly number[],
): MimePart | undefined {
  let part = message.root;
  let opened = true; // numbers count within `part`, the root of some message
  for (const number of path) {
    if (!opened && part.message) part = part.message.root;
    else if (!opened && part.type !== "multipart") return undefined;
    const child: MimePart | undefined = part.type === "multipart"
      ? part.children[number - 1]
      : number === 1
      ? part
      : undefined;
    if (!child) return undefined;
    part = child;
    opened = false;
  }
  return part;
}

/**
 * One message on its way from DATA to the backend: counted, and refused only
 * when the client has said all of it, since it reads no reply before that
 * (RFC 5321 §4.2.5).
 *
 * @module
 */
import type { SmtpTransaction } from "./backend.ts";
import { OK, type Reply, TOO_BIG } from "./replies.ts";
import type { SmtpState } from "./state.ts";

const SLACK_OCTETS = 1024 * 1024;

export class MessageReceipt {
  #sizeOctets = 0;
  #refused: Reply | undefined;
  readonly #maxOctets: number;

  constructor(readonly state: SmtpState, readonly mail: SmtpTransaction) {
    this.#maxOctets = state.limits.maxMessageOctets;
  }

  /** The message is so far over the limit that even skipping it costs too much. */
  get endless(): boolean {
    return this.#sizeOctets > 2 * this.#maxOctets + SLACK_OCTETS;
  }

  /** Takes content, or skips it once the message is refused. */
  async write(octets: Uint8Array): Promise<void> {
    this.#sizeOctets += octets.length;
    if (this.#refused) return;
    if (this.#sizeOctets > this.#maxOctets) return this.#refuse(TOO_BIG);
    try {
      await this.mail.write(octets);
    } catch (error) {
      await this.#refuse(this.#replyTo(error));
    }
  }

  /** The reply to the whole message; unless it is OK, nothing was delivered. */
  async finish(): Promise<Reply> {
    if (this.#refused) return this.#refused;
    try {
      await this.mail.finish();
      return OK;
    } catch (error) {
      return this.#replyTo(error);
    }
  }

  async #refuse(reply: Reply): Promise<void> {
    this.#refused = reply;
    await this.state.discard(this.mail);
  }

  #replyTo(error: unknown): Reply {
    return this.state.replyTo(error);
  }
}

/**
 * What the encryption gate is told about a message and what it answers.
 *
 * The gate itself is `EncryptionGate` in `gate.ts`:
 *
 *     const gate = new EncryptionGate(facts, options);
 *     store(gate.write(chunk)); // as often as octets arrive, in any chunks; never throws
 *     gate.refusal; // set as soon as the message cannot pass any more
 *     gate.header; // `Header` of `mail/header.ts`, once its empty line came
 *     gate.form; // how the header must describe the body that `write` gives
 *     const verdict = gate.finish(); // and the last of the body
 *
 * @module
 */
import type { Address } from "../mail/address.ts";
import type { RefusalCode } from "../base/refusal.ts";

/**
 * The envelope, by the way a message came. `out`: from an account, by submission or
 * web mail. `append`: put into its own mailbox by an account, header From is free.
 * `in`: from another server. All addresses with domain aliases folded.
 */
export type GateFacts =
  | {
    readonly profile: "out";
    readonly account: Address;
    readonly recipients: readonly Address[];
  }
  | { readonly profile: "append"; readonly account: Address }
  | {
    readonly profile: "in";
    /** MAIL's argument without brackets; empty is the null reverse-path. */
    readonly reversePath: string;
    readonly recipientCount: number;
    /** The recipient has lately sent mail to other servers, so a report may be genuine. */
    readonly awaitsReport: boolean;
  };

export interface GateOptions {
  /** Session key packets with old format headers, as GnuPG writes them (RFC 9580 §4.2.2). */
  readonly acceptOldPacketFormat: boolean;
  readonly allowAutocryptSetup: boolean;
  /** Largest header, with the line that ends it; 256 KiB when absent. */
  readonly maxHeaderOctets?: number;
  /** Folds domain aliases, as in `LocalDomains.fold`. */
  readonly fold: (address: Address) => Address;
  /** Whether a canonical domain is one of ours, as in `LocalDomains.isLocal`. */
  readonly isLocal: (domain: string) => boolean;
}

/** Why a message may pass. */
export type GatePass =
  | "encrypted"
  | "secure_join"
  | "report"
  | "autocrypt_setup";

/** Why a message may not pass. */
export type GateRefusal = Extract<
  RefusalCode,
  | "encryption_needed"
  | "author_too_long"
  | "from_missing"
  | "from_mismatch"
  | "from_repeated"
  | "from_several"
  | "from_unreadable"
  | "header_line_too_long"
  | "header_malformed"
  | "header_too_large"
  | "local_sender_unauthenticated"
  | "message_empty"
  | "routing_loop"
  | "sender_mismatch"
  | "sender_unreadable"
>;

/** The message as it is stored: the body is written anew, and the header must fit it. */
export interface MessageForm {
  readonly as: GatePass;
  /** Value of the Content-Type field, with a folded line. */
  readonly contentType: string;
  /** Value of the Content-Transfer-Encoding field. */
  readonly encoding: "7bit" | "8bit";
}

export type Verdict =
  | {
    readonly passes: true;
    readonly as: GatePass;
    /** The last octets of the body. */
    readonly rest: readonly Uint8Array[];
  }
  | { readonly passes: false; readonly code: GateRefusal };

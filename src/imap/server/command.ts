/**
 * A command as an object: where it is legal, its grammar, what it does.
 *
 * @module
 */
import type { MailboxId } from "../../base/ids.ts";
import type { FlagState } from "../../mail/mailbox.ts";
import type { Scanner } from "../proto/scanner.ts";
import type { ImapAccount } from "./backend.ts";

/** What to write, text (as UTF-8) before octets, and what the connection does after it. */
export interface Step {
  readonly text?: string;
  readonly octets?: Uint8Array;
  readonly effect?: "skip_literal" | "start_tls" | "compress" | "close";
}

export type ImapState = "not_authenticated" | "authenticated" | "selected";

/** The selected mailbox as this session has announced it. */
export interface SelectedMailbox {
  readonly id: MailboxId;
  /** EXAMINE, not SELECT. */
  readonly readOnly: boolean;
  /** Ascending: index + 1 is the sequence number. Stays as it is while a command runs. */
  readonly uids: Uint32Array;
  /** Position is the keyword's bit. */
  readonly keywords: readonly string[];
  /** A response has told these flags: no notice of them is owed any more. */
  flagsAnnounced(sequenceNumber: number, state: FlagState): void;
}

/** A session as its commands see it. */
export interface CommandSession {
  /** @throws {TypeError} before login */
  readonly account: ImapAccount;
  /** @throws {TypeError} while no mailbox is selected */
  readonly selected: SelectedMailbox;
  /** RFC 7162 §3.1: FETCH responses carry MODSEQ from now on. */
  enableCondstore(): void;
  readonly condstore: boolean;
}

export interface ImapCommand<A, S = CommandSession> {
  readonly states: readonly ImapState[];
  /** Reads from behind the command's name. @throws {SyntaxError} answered with BAD */
  parse(args: Scanner): A;
  /**
   * Yields untagged responses and returns the text of the tagged OK.
   *
   * @throws {Refusal} answered with NO
   * @throws {ImapNo} answered with NO and its own text
   * @throws {SyntaxError} arguments that are wrong for this mailbox: BAD
   */
  run(session: S, args: A): AsyncGenerator<Step, string>;
}

/** A "no" that no other protocol has: its message is the text after NO. */
export class ImapNo extends Error {
  override readonly name = "ImapNo";
}

/**
 * A command as an object: where it is legal, its grammar, what it does.
 *
 * @module
 */
import type { MailboxId, Uid } from "../../base/ids.ts";
import type { FlagState } from "../../mail/mailbox.ts";
import type { Scanner } from "../proto/scanner.ts";
import type { ImapAccount } from "./backend.ts";

/** What the connection does after it has taken a step's text. */
export type Effect =
  /** Writes now what has been collected. */
  | "flush"
  /** Does not wait for the literal the client has announced. */
  | "skip_literal"
  | "start_tls"
  | "compress"
  | "close";

/** What to write, text (as UTF-8) before octets, and what the connection does after it. */
export interface Step {
  /** With its line ends. */
  readonly text?: string;
  /** Nobody writes to them any more. */
  readonly octets?: Uint8Array;
  readonly effect?: Effect;
}

/** The text of the OK, where something follows it. */
export interface Outcome {
  readonly text: string;
  readonly effect: Effect;
}

/** The command goes on with the client's next line (RFC 3501 §7.5). */
export interface Continuation<S> {
  /** After `+ `. */
  readonly prompt: string;
  take(session: S, line: string): CommandRun<S>;
}

/** Untagged responses, then the text of the OK. */
export type CommandRun<S> = AsyncGenerator<
  Step,
  string | Outcome | Continuation<S>
>;

export type ImapState = "not_authenticated" | "authenticated" | "selected";

/** The selected mailbox as this session has announced it. */
export interface SelectedView {
  readonly id: MailboxId;
  /** EXAMINE, not SELECT. */
  readonly readOnly: boolean;
  /**
   * Ascending: index + 1 is the sequence number. Stays as it is while a command runs.
   *
   * @throws {TypeError} in a command that does not declare that it needs them
   */
  readonly uids: Uint32Array;
  /** Position is the keyword's bit. */
  readonly keywords: readonly string[];
  /** The line that tells of new keywords, due before a response that has them; empty without any. */
  takeKeywords(): string;
  /** Whether the message is gone, though the client has not been told. */
  isExpunged(uid: Uid): boolean;
  /** A response has told these flags: no notice of them is owed any more. */
  flagsAnnounced(sequenceNumber: number, state: FlagState): void;
}

/** A session as the commands that read messages see it. */
export interface CommandSession {
  /** @throws {TypeError} before login */
  readonly account: ImapAccount;
  /** @throws {TypeError} while no mailbox is selected */
  readonly selected: SelectedView;
  /** RFC 7162 §3.1: FETCH responses carry MODSEQ from now on. */
  enableCondstore(): void;
  readonly condstore: boolean;
}

export interface ImapCommand<A, S = CommandSession> {
  readonly states: readonly ImapState[];
  /** `selected.uids` is read before it runs. */
  readonly needsUids?: true;
  /** Its strings may have octets over 127 outside literals; others are then BAD. */
  readonly takesOctets?: true;
  /** EXPUNGE may not come with its responses (RFC 3501 §7.4.1). */
  readonly withholdsExpunge?: true;
  /** Reads from behind the command's name. @throws {SyntaxError} answered with BAD */
  parse(args: Scanner): A;
  /**
   * Yields untagged responses and returns the text of the tagged OK.
   *
   * @throws {Refusal} answered with NO
   * @throws {ImapNo} answered with NO and its own text
   * @throws {SyntaxError} arguments that are wrong for this mailbox: BAD
   */
  run(session: S, args: A): CommandRun<S>;
}

/** A command named a message by a number that another session has removed (RFC 5530 §3). */
export const EXPUNGE_ISSUED = "[EXPUNGEISSUED]";
export const SOME_EXPUNGED = `${EXPUNGE_ISSUED} Some messages were expunged`;

/** A "no" that no other protocol has: its message is the text after NO. */
export class ImapNo extends Error {
  override readonly name = "ImapNo";
}

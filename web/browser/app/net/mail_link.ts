/** What the client needs of the relay; the real one is `web_mail.ts`. @module */

export interface Summary {
  readonly uid: number;
}

export interface Folder {
  readonly name: string;
  readonly messages: number;
  readonly unseen: number;
}

export interface FolderMessage {
  readonly uid: number;
  readonly size: number;
  readonly date: string;
  readonly from: string;
  readonly subject: string;
}

/** Nobody has answered: the same may be tried again. */
export class Unreachable extends Error {}

/** The address or password is not accepted. */
export class RefusedError extends Error {}

/** What the relay says of something that it does not do. */
export class RelayError extends Error {
  constructor(
    text: string,
    readonly code?: string,
    /** It says it in the language of whoever asked. */
    readonly isForPeople = false,
  ) {
    super(text);
  }
}

export type LinkState = "connecting" | "online" | "offline" | "refused";

export interface MailEvents {
  /** A message of the INBOX, whole. @param isSeen it was read on another device */
  onMessage(uid: number, raw: Uint8Array, isSeen: boolean): Promise<void>;
  /** One that came before was read on another device. */
  onSeen(uid: number): Promise<void>;
  onState(state: LinkState, why?: string): void;
}

export interface MailLink {
  /** @param sinceUid those after it come again */
  start(sinceUid: number, events: MailEvents): void;
  /** @throws {RelayError | Unreachable} */
  send(to: readonly string[], message: string): Promise<void>;
  remove(uid: number): Promise<void>;
  /** Other devices see that it was read. */
  markSeen(uid: number): Promise<void>;
  /** Tells again of those from this one on that were read. */
  askSeen(fromUid: number): Promise<void>;
  folders(): Promise<readonly Folder[]>;
  list(folder: string): Promise<readonly FolderMessage[]>;
  changeFolder(
    change: { readonly create: string } | { readonly remove: string } | {
      readonly rename: string;
      readonly to: string;
    },
  ): Promise<void>;
  move(folder: string, uid: number, to: string): Promise<void>;
  /** Tries to connect at once, be it that it was refused before. */
  again(): void;
  stop(): void;
}

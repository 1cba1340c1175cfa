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

export type LinkState = "connecting" | "online" | "offline" | "refused";

export interface MailEvents {
  /** A message of the INBOX, whole. */
  onMessage(uid: number, raw: Uint8Array): Promise<void>;
  onState(state: LinkState, why?: string): void;
}

export interface MailLink {
  /** @param sinceUid those after it come again */
  start(sinceUid: number, events: MailEvents): void;
  /** @throws {Error} with what the relay says */
  send(to: readonly string[], message: string): Promise<void>;
  remove(uid: number): Promise<void>;
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

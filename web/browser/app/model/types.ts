/** What the client knows: people, chats, messages. @module */
import type { OwnKey } from "../protocol/keys.ts";

export interface Account {
  readonly address: string;
  readonly password: string;
  readonly name: string;
  readonly key: OwnKey;
  /** Whether others are told that their messages were read. */
  readonly sendsReceipts: boolean;
  /** What is sent comes to them, too. */
  readonly hasOtherDevices?: boolean;
}

export interface Contact {
  readonly fingerprint: string;
  readonly address: string;
  readonly name: string;
  readonly certificate: string;
  /** Their key was checked by a link or code of theirs. */
  readonly verified: boolean;
  /** Nothing of them is taken any more. */
  readonly blocked?: boolean;
}

export interface Chat {
  readonly id: string;
  /** In a channel one writes and many read. */
  readonly kind: "single" | "group" | "channel";
  readonly name: string;
  /** Fingerprints of the others; of a channel, of who writes. */
  readonly members: readonly string[];
  /** Of a group or channel, as others know it. */
  readonly groupId?: string;
  /** Of a channel: what its messages are encrypted with. */
  readonly secret?: string;
  readonly unread: number;
  /** Of the last message; seconds since 1970 UTC. */
  readonly at: number;
  readonly preview: string;
  /** We have left it, or were removed. */
  readonly left?: boolean;
}

export type InfoKind =
  | "joining"
  | "secure"
  | "joined_channel"
  | "member_added"
  | "member_removed";

export interface FileOf {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Under which it is kept. */
  readonly key: string;
}

export interface ChatMessage {
  readonly id: string;
  readonly chat: string;
  /** Fingerprint; "" of our own. */
  readonly from: string;
  readonly at: number;
  readonly text: string;
  /** Nobody said it: something has happened in the chat, to whom. */
  readonly info?: { readonly what: InfoKind; readonly name: string };
  readonly file?: FileOf;
  readonly state: "sending" | "sent" | "read" | "failed" | "received" | "seen";
  readonly error?: string;
  /** Emoji by fingerprint, "" of our own. */
  readonly reactions: Readonly<Record<string, string>>;
}

/** A handshake that we have begun (joining) or offered (inviting). */
export interface Handshake {
  readonly role: "joins" | "invites";
  /** Of the one who invites, when we join. */
  readonly fingerprint?: string;
  readonly address?: string;
  readonly inviteNumber: string;
  readonly auth: string;
  /** As the code says, until they say it themselves. */
  readonly name?: string;
  readonly chat?: string;
  readonly groupId?: string;
  readonly groupName?: string;
  readonly at: number;
}

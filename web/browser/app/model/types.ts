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
  /** Their picture, under which it is kept. */
  readonly face?: string;
  /** What is said of new messages while nobody looks. */
  readonly notices?: Notices;
}

/** `quiet`: that something has come, and nothing of what. */
export type Notices = "none" | "quiet" | "full";

export interface Contact {
  readonly fingerprint: string;
  readonly address: string;
  readonly name: string;
  readonly certificate: string;
  /** Their key was checked by a link or code of theirs. */
  readonly verified: boolean;
  /** Nothing of them is taken any more. */
  readonly blocked?: boolean;
  /** Their picture, under which it is kept. */
  readonly face?: string;
}

export interface Chat {
  readonly id: string;
  /** In a channel one writes and many read; what is not encrypted has a place of its own. */
  readonly kind: "single" | "group" | "channel" | "clear";
  readonly name: string;
  /** We write in this channel. */
  readonly isOwn?: boolean;
  /** Fingerprints of the others; of a channel, of who writes, or of those who read ours. */
  readonly members: readonly string[];
  /** Of a group or channel, as others know it. */
  readonly groupId?: string;
  /** Of a channel: what its messages are encrypted with. */
  readonly secret?: string;
  readonly unread: number;
  /** Of the last message; seconds since 1970 UTC. */
  readonly at: number;
  /** We have left it, or were removed. */
  readonly left?: boolean;
  /** Of a group: since when each is in it, and when they went. */
  readonly times?: MemberTimes;
  /** When something was heard of who is in it: seconds since 1970 UTC. */
  readonly heardAt?: number;
  /** Of groups that were kept before `times` was: who is not in them any more. */
  readonly gone?: readonly string[];
  /** Its picture, under which it is kept. */
  readonly face?: string;
  /** What it is about, in the words of its members. */
  readonly about?: string;
  /** Messages vanish so many seconds after they were read. */
  readonly timerSeconds?: number;
  /** When name, words, picture and timer were set: seconds since 1970 UTC. */
  readonly setAt?: Readonly<Partial<Record<Settable, number>>>;
  /** Our picture as they were shown it last. */
  readonly shownFace?: string;
  /** Nothing is said of what comes here. */
  readonly isMuted?: boolean;
  /** It ends by itself: seconds since 1970 UTC. */
  readonly mutedUntil?: number;
  /** Above all others, or away from them. */
  readonly place?: "pinned" | "archived";
  /** Nothing of what comes here is taken, and it is shown nowhere. */
  readonly isBlocked?: boolean;
  /** A stranger has begun it, and we have not said yet whether we want it. */
  readonly isRequest?: boolean;
}

/** By fingerprint, our own too; who was added no earlier than removed is in. Seconds since 1970 UTC. */
export type MemberTimes = Readonly<
  Record<string, readonly [added: number, removed: number]>
>;

export type Settable = "name" | "about" | "face" | "timer";

export type InfoKind =
  | "joining"
  | "secure"
  | "joined_channel"
  | "member_added"
  | "member_removed"
  | "member_left"
  | "renamed"
  | "about_changed"
  | "face_changed"
  | "timer_set"
  | "timer_off"
  | "app";

/** Nobody said it: something has happened in the chat. */
export interface Info {
  readonly what: InfoKind;
  /** To whom, or what it is now. */
  readonly name: string;
  /** Who did it: fingerprint, "" of our own. */
  readonly by?: string;
}

/** What somebody answers, as it was then. */
export interface Quote {
  readonly text: string;
  /** The message, where we may have it. */
  readonly id?: string;
}

export interface FileOf {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Under which it is kept; absent: it was announced, and has not come yet. */
  readonly key?: string;
  /** As what it was sent. */
  readonly as?: "voice" | "sticker";
}

/** Somebody calls; it is answered with an app. */
export interface Call {
  readonly hasVideo: boolean;
  readonly hasEnded: boolean;
}

export interface ChatMessage {
  readonly id: string;
  readonly chat: string;
  /** Fingerprint; "" of our own; an address where it was not encrypted. */
  readonly from: string;
  readonly at: number;
  /** Below what was there, though the clock says otherwise. */
  readonly sortAt?: number;
  /** Of all in this browser, as they came: of one second the lower is above. */
  readonly nth?: number;
  readonly text: string;
  readonly info?: Info;
  readonly file?: FileOf;
  readonly quote?: Quote;
  readonly call?: Call;
  readonly isForwarded?: boolean;
  readonly isEdited?: boolean;
  /** It was not encrypted: anybody on its way could read and change it. */
  readonly isInClear?: boolean;
  /** What an app says of how things stand. */
  readonly summary?: string;
  /** It vanishes so many seconds after it was read. */
  readonly timerSeconds?: number;
  /** When it vanishes: seconds since 1970 UTC. */
  readonly vanishesAt?: number;
  /** Whoever wrote it is told that it was read. */
  readonly wantsReceipt?: boolean;
  /** It was read here, and the relay has yet to hear of it. */
  readonly isUntold?: boolean;
  /** Of the INBOX, of what has come from others. */
  readonly uid?: number;
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

/** Where a message lies on the relay, and whether it was read elsewhere. */
export interface Origin {
  readonly uid: number;
  readonly isSeen: boolean;
}

/**
 * What a message changes of its chat besides saying something: its name, its
 * picture, what it is about, when messages vanish, who is in it. Later changes
 * win, in whatever order they come.
 *
 * @module
 */
import { idsOf, type Received } from "../protocol/reader.ts";
import { visibleText } from "../protocol/visible.ts";
import type { Book } from "./book.ts";
import { fingerprintIn, nameIn } from "./chat_finder.ts";
import { now } from "./clock.ts";
import { keepFace, readFace } from "./faces.ts";
import type { Chat, Info, Settable } from "./types.ts";

const MAX_ABOUT = 2000;
const MAX_TIMER_SECONDS = 5 * 365 * 86_400;

export interface Happened {
  readonly chat: Chat;
  /** Nobody says anything: this has happened. */
  readonly info?: Info;
}

/** So far ahead may be what is set in changes that follow each other fast. */
const AHEAD_SECONDS = 60;

/** @param from fingerprint, "" of ours */
export async function happenedIn(
  book: Book,
  message: Received,
  chat: Chat,
  from: string,
): Promise<Happened> {
  const named = chat.kind === "single" ? chat : nameOf(message, chat);
  const told = chat.kind === "single" ? named : aboutOf(message, named);
  const timed = timerOf(book, message, told);
  const seen = chat.kind === "single"
    ? timed
    : await faceOf(book, message, timed);
  const info = infoOf(book, message, chat, from, seen);
  return info ? { chat: seen, info } : { chat: seen };
}

/** The same for the chat as it is by then, since people change it meanwhile. */
export function changeBetween(
  before: Chat,
  after: Chat,
): (chat: Chat) => Chat {
  const keys = Object.keys({ ...before, ...after }) as (keyof Chat)[];
  const changed = keys.filter((key) => before[key] !== after[key]);
  return (chat) => {
    const now: Record<string, unknown> = { ...chat };
    for (const key of changed) {
      if (after[key] === undefined) delete now[key];
      else now[key] = after[key];
    }
    if (changed.includes("setAt")) {
      now.setAt = { ...chat.setAt, ...after.setAt };
    }
    return now as unknown as Chat;
  };
}

/** The chat with what is set so, unless something later was set already. */
function set(
  chat: Chat,
  what: Settable,
  at: number,
  change: Partial<Chat>,
): Chat {
  if (at < (chat.setAt?.[what] ?? 0)) return chat;
  return { ...chat, ...change, setAt: { ...chat.setAt, [what]: at } };
}

function nameOf(message: Received, chat: Chat): Chat {
  const name = nameIn(message);
  if (name === "") return chat;
  const at = timeIn(message, "chat-group-name-timestamp");
  const isChange = message.field("chat-group-name-changed") !== undefined;
  if (at === undefined && !isChange && chat.name !== "") return chat;
  return set(chat, "name", at ?? message.at, { name });
}

function aboutOf(message: Received, chat: Chat): Chat {
  const field = message.field("chat-group-description");
  if (field === undefined) return chat;
  const at = timeIn(message, "chat-group-description-timestamp") ?? message.at;
  return set(chat, "about", at, { about: visibleText(field, MAX_ABOUT) });
}

async function faceOf(
  book: Book,
  message: Received,
  chat: Chat,
): Promise<Chat> {
  const picture = readFace(message.field("chat-group-avatar"));
  const at = notTooFarAhead(message.datedAt);
  if (!picture || at < (chat.setAt?.face ?? 0)) return chat;
  const { face: before, ...rest } = chat;
  const face = await keepFace(book.vault, picture, before);
  return set(rest, "face", at, face ? { face } : {});
}

/**
 * Whoever changes the timer says so. Others may not have heard of the change
 * yet: they set it where nothing is known, or where they answer who has it so.
 */
function timerOf(book: Book, message: Received, chat: Chat): Chat {
  const seconds = timerIn(message);
  const before = chat.timerSeconds ?? 0;
  if (seconds === before) return chat;
  const isFirst = book.lastMessage(chat.id) === undefined;
  const parent = book.message(idsOf(message.field("in-reply-to"))[0] ?? "");
  const isAnswer = parent?.chat === chat.id && !parent.info &&
    (parent.timerSeconds ?? 0) === before && parent.from !== "";
  if (!isTimerChange(message) && !isFirst && !isAnswer) return chat;
  const { timerSeconds: _, ...rest } = chat;
  return set(
    { ...rest, ...(before > 0 ? { timerSeconds: before } : {}) },
    "timer",
    notTooFarAhead(message.datedAt),
    { timerSeconds: seconds },
  );
}

function isTimerChange(message: Received): boolean {
  return contentOf(message) === "ephemeral-timer-changed";
}

export function timerIn(message: Received): number {
  const text = message.field("ephemeral-timer")?.trim() ?? "";
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), MAX_TIMER_SECONDS) : 0;
}

function timeIn(message: Received, field: string): number | undefined {
  const text = message.field(field)?.trim() ?? "";
  if (!/^\d{1,12}$/.test(text)) return undefined;
  return notTooFarAhead(Number(text));
}

/** Nobody sets it for all time; who changes it again in the same second is ahead. */
function notTooFarAhead(seconds: number): number {
  return Math.min(seconds, now() + AHEAD_SECONDS);
}

export function contentOf(message: Received): string {
  return message.field("chat-content")?.trim().toLowerCase() ?? "";
}

function infoOf(
  book: Book,
  message: Received,
  before: Chat,
  by: string,
  { kind, name, timerSeconds = 0 }: Chat,
): Info | undefined {
  const has = (field: string) => message.field(field) !== undefined;
  if (isTimerChange(message)) {
    const isOff = timerSeconds === 0;
    return {
      what: isOff ? "timer_off" : "timer_set",
      name: String(timerSeconds),
      by,
    };
  }
  if (kind === "single") return undefined;
  if (kind === "channel" && !before.isOwn && has("chat-broadcast-secret")) {
    return { what: "joined_channel", name };
  }
  if (has("chat-group-name-changed")) return { what: "renamed", name, by };
  if (contentOf(message) === "group-avatar-changed") {
    return { what: "face_changed", name: before.name, by };
  }
  if (has("chat-group-description-changed")) {
    return { what: "about_changed", name, by };
  }
  return membersChanged(book, message, by);
}

function membersChanged(
  book: Book,
  message: Received,
  by: string,
): Info | undefined {
  const added = fingerprintIn(message, "chat-group-member-added-fpr");
  const removed = fingerprintIn(message, "chat-group-member-removed-fpr");
  const subject = added ?? removed;
  if (subject === undefined) return undefined;
  const own = book.account.key.fingerprint;
  const isSelf = subject === (by === "" ? own : by);
  const name = subject === own
    ? book.account.name || book.account.address
    : book.contact(subject)?.name ?? subject.slice(0, 8);
  if (isSelf && !added) return { what: "member_left", name, by };
  const what = added ? "member_added" : "member_removed";
  return isSelf ? { what, name } : { what, name, by };
}

/**
 * Mail that is not encrypted: notices of the relay, reports of what could not be
 * delivered, letters of programs. It is all in one place and marked, since
 * anybody may have written it, under any name; nobody's chat is touched.
 *
 * @module
 */
import type { Received } from "../protocol/reader.ts";
import { visibleText } from "../protocol/visible.ts";
import type { Book } from "./book.ts";
import { now } from "./clock.ts";
import { brought } from "./places.ts";
import type { ChatMessage, Origin } from "./types.ts";

/** There is one such chat. */
const CHAT = "clear";
const MAX_LETTERS = 8000;
/** Older ones make room. */
const MAX_KEPT = 200;
const REPORTERS = ["mailer-daemon", "postmaster"];

export async function takeClear(
  book: Book,
  message: Received,
  origin: Origin,
  isLookedAt: (chat: string) => boolean,
): Promise<ChatMessage | undefined> {
  if (message.isForMachines || message.read.length > 0) return undefined;
  const isStep = message.field("secure-join") !== undefined;
  if (isStep && !message.failed) return undefined;
  if (message.failed && isOfRelay(book, message.from.address)) {
    if (await markFailed(book, message.failed, message.text)) return undefined;
  }
  const id = `clear:${message.id}`;
  if (message.id === "" || book.message(id)) return undefined;
  const subject = visibleText(message.field("subject") ?? "", 200)
    .replace(/\s+/g, " ");
  const words = visibleText(message.text, MAX_LETTERS);
  const text = [subject, words].filter((one) => one !== "").join("\n\n");
  if (text === "") return undefined;
  if (!book.chat(CHAT)) {
    await book.setChat({
      id: CHAT,
      kind: "clear",
      name: "",
      members: [],
      unread: 0,
      at: 0,
    });
  }
  const isSeen = origin.isSeen || isLookedAt(CHAT);
  const stored: ChatMessage = {
    id,
    chat: CHAT,
    from: message.from.address || "?",
    at: message.at || now(),
    text,
    isInClear: true,
    uid: origin.uid,
    state: isSeen ? "seen" : "received",
    reactions: {},
  };
  await book.setMessage(stored);
  for (const old of book.allMessages(CHAT).slice(0, -MAX_KEPT)) {
    await book.removeMessage(old);
  }
  await book.alterChat(CHAT, (chat) => {
    const isNews = book.message(id)?.state === "received";
    return brought({
      ...chat,
      at: Math.max(chat.at, stored.at),
      unread: isNews ? chat.unread + 1 : chat.unread,
    });
  });
  return stored;
}

/** The relay lets nobody else write under its name. */
function isOfRelay({ account }: Book, from: string): boolean {
  const [local = "", domain] = from.split("@");
  return REPORTERS.includes(local) && domain === account.address.split("@")[1];
}

async function markFailed(
  book: Book,
  id: string,
  why: string,
): Promise<boolean> {
  const message = book.message(id);
  if (message?.from !== "" || message.info) return false;
  const error = visibleText(why, 500);
  await book.alterMessage(id, (one) => ({ ...one, state: "failed", error }));
  return true;
}

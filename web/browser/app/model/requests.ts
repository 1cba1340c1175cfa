/**
 * Chats that strangers have begun, and people and groups that are not wanted.
 * What comes from strangers is shown, and nothing of ours goes there before
 * somebody wants it, not even that it was read.
 *
 * @module
 */
import type { Book } from "./book.ts";
import type { Chat, Contact } from "./types.ts";

/** Neither was their key checked, nor is there a chat with them that was wanted. */
export function isStranger(book: Book, fingerprint: string): boolean {
  if (book.contact(fingerprint)?.verified) return false;
  const chat = book.singleChat(fingerprint);
  return !chat || chat.isRequest === true;
}

/** Gives it as it is from now on. */
export function accepted(chat: Chat): Chat {
  if (!chat.isRequest) return chat;
  const { isRequest: _, ...rest } = chat;
  return rest;
}

/** What they have begun, and nobody wanted, goes with them. */
export async function block(
  book: Book,
  { fingerprint }: Contact,
  blocked: boolean,
): Promise<void> {
  await book.alterContact(fingerprint, (one) => ({ ...one, blocked }));
  const chat = blocked ? book.singleChat(fingerprint) : undefined;
  if (chat?.isRequest) await book.removeChat(chat.id);
}

/** Nothing of it is shown any more, whoever of it writes; they may write elsewhere. */
export async function blockGroup(book: Book, chat: Chat): Promise<void> {
  if (chat.kind === "single" || chat.kind === "clear" || chat.isOwn) return;
  await book.alterChat(
    chat.id,
    (one) => ({ ...accepted(one), unread: 0, isBlocked: true }),
  );
  await book.emptyChat(chat.id);
}

export async function unblockGroup(book: Book, { id }: Chat): Promise<void> {
  await book.alterChat(id, ({ isBlocked: _, ...chat }) => chat);
}

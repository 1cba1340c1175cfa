/**
 * What the desktop says of new messages while nobody looks at this page: only
 * if somebody has asked for it, and no more than they chose.
 *
 * @module
 */
import { t } from "../../panel/i18n/translate.ts";
import type { Messenger } from "../model/messenger.ts";
import { isMuted } from "../model/places.ts";
import type { ChatMessage, Notices } from "../model/types.ts";
import { chatName } from "./parts/chat_name.ts";
import { summaryOf } from "./parts/summary.ts";

export function canNotify(): boolean {
  return "Notification" in globalThis;
}

/** Whether the browser does it; asks, so that it has to follow a press. */
export async function allowNotices(): Promise<boolean> {
  if (!canNotify()) return false;
  return await Notification.requestPermission() === "granted";
}

/** @param onOpen somebody pressed one: this chat is wanted */
export function startNotices(
  messenger: Messenger,
  onOpen: (chat: string) => void,
): () => void {
  const onNew = (message: ChatMessage) => void say(messenger, message, onOpen);
  const onMessage = ({ data, ports }: MessageEvent) => {
    ports[0]?.postMessage("here");
    if (typeof data?.chat === "string") onOpen(data.chat);
  };
  const end = messenger.watchNew(onNew);
  navigator.serviceWorker?.addEventListener("message", onMessage);
  return () => {
    end();
    navigator.serviceWorker?.removeEventListener("message", onMessage);
  };
}

async function say(
  { book }: Messenger,
  message: ChatMessage,
  onOpen: (chat: string) => void,
): Promise<void> {
  const { notices = "none" } = book.account;
  const chat = book.chat(message.chat);
  if (notices === "none" || !chat || isMuted(chat)) return;
  if (!document.hidden && document.hasFocus()) return;
  if (!canNotify() || Notification.permission !== "granted") return;
  const { title, body } = wordsOf(notices, book, message);
  const options = {
    body,
    tag: notices === "full" ? chat.id : "new",
    data: { chat: chat.id },
    icon: iconOf(),
  };
  const registration = await navigator.serviceWorker?.getRegistration();
  if (registration?.active) {
    await registration.showNotification(title, options).catch(() => {}); // the permission is gone again
    return;
  }
  const shown = new Notification(title, options);
  shown.onclick = () => {
    focus();
    onOpen(chat.id);
    shown.close();
  };
}

function wordsOf(
  notices: Notices,
  book: Messenger["book"],
  message: ChatMessage,
): { readonly title: string; readonly body: string } {
  const chat = book.chat(message.chat);
  if (notices !== "full" || !chat) {
    return { title: t("app.title"), body: t("app.notice_quiet") };
  }
  const words = summaryOf(message, book);
  const writer = book.contact(message.from)?.name ?? message.from;
  return {
    title: chatName(chat),
    body: chat.kind === "group" ? `${writer}: ${words}` : words,
  };
}

function iconOf(): string {
  return document.querySelector<HTMLLinkElement>("link[rel~=icon]")?.href ?? "";
}

/** All chats, the latest first. @module */
import type { JSX } from "preact";
import { formatAgo, t } from "../../panel/i18n/translate.ts";
import type { Book } from "../model/book.ts";
import type { View } from "./view.ts";

interface ChatListProps {
  readonly book: Book;
  readonly open: string | undefined;
  readonly go: (view: View) => void;
}

export function ChatList({ book, open, go }: ChatListProps): JSX.Element {
  if (book.chats.length === 0) {
    return <p class="app-empty">{t("app.no_chats")}</p>;
  }
  return (
    <ul class="app-chats">
      {book.chats.map(({ id, kind, name, preview, unread, at }) => (
        <li key={id}>
          <button
            type="button"
            class="app-chat"
            aria-current={id === open ? "page" : undefined}
            onClick={() => go({ kind: "chat", id })}
          >
            <span class={`app-face ${kind}`} aria-hidden="true">
              {firstLetter(name)}
            </span>
            <span class="app-chat-text">
              <strong dir="auto">{name}</strong>
              <span class="app-preview" dir="auto">{preview}</span>
            </span>
            <span class="app-chat-side">
              <span class="hint">{formatAgo(at)}</span>
              {unread > 0 && (
                <span
                  class="app-unread"
                  aria-label={t("app.unread", { count: unread })}
                >
                  {unread}
                </span>
              )}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function firstLetter(name: string): string {
  return [...name.trim()][0]?.toUpperCase() ?? "?";
}

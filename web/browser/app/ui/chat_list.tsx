/** All chats, the latest first. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatNumber, t } from "../../panel/i18n/translate.ts";
import type { Book } from "../model/book.ts";
import type { Chat } from "../model/types.ts";
import { Face, faceOf } from "./parts/face.tsx";
import { Ticks } from "./parts/ticks.tsx";
import type { View } from "./view.ts";
import { shortTime } from "./parts/times.ts";

interface ChatListProps {
  readonly book: Book;
  readonly open: string | undefined;
  readonly go: (view: View) => void;
}

/** With fewer one sees them all. */
const MANY = 8;

export function ChatList({ book, open, go }: ChatListProps): JSX.Element {
  const [sought, setSought] = useState("");
  const word = sought.trim().toLocaleLowerCase();
  const shown = book.chats.filter(({ name, preview }) =>
    `${name} ${preview}`.toLocaleLowerCase().includes(word)
  );
  return (
    <>
      {book.chats.length > MANY && (
        <input
          type="search"
          class="app-search"
          aria-label={t("app.search")}
          placeholder={t("app.search")}
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
      )}
      {shown.length === 0
        ? <p class="app-empty">{t(word ? "app.none" : "app.no_chats")}</p>
        : (
          <ul class="app-chats">
            {shown.map((chat) => (
              <Row
                key={chat.id}
                book={book}
                chat={chat}
                isOpen={chat.id === open}
                onOpen={() => go({ kind: "chat", id: chat.id })}
              />
            ))}
          </ul>
        )}
    </>
  );
}

function Row({ book, chat, isOpen, onOpen }: {
  readonly book: Book;
  readonly chat: Chat;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}) {
  const { id, kind, name, preview, unread, at } = chat;
  const last = book.messages(id).at(-1);
  const isOwn = last?.from === "" && !last.info;
  return (
    <li>
      <button
        type="button"
        class="app-chat"
        aria-current={isOpen ? "page" : undefined}
        onClick={onOpen}
      >
        <Face name={name} of={faceOf(chat)} kind={kind} />
        <span class="app-chat-text">
          <span class="app-chat-line">
            <strong>
              <bdi>{name}</bdi>
            </strong>
            <time class="hint">{shortTime(at)}</time>
          </span>
          <span class="app-chat-line">
            <span class="app-preview">
              <bdi>{preview}</bdi>
            </span>
            {isOwn && <Ticks state={last.state} />}
            {unread > 0 && (
              <span class="app-unread">
                <span aria-hidden="true">{formatNumber(unread)}</span>
                <span class="unseen">{t("app.unread", { count: unread })}</span>
              </span>
            )}
          </span>
        </span>
      </button>
    </li>
  );
}

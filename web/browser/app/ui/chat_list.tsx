/** All chats, the latest first; what is looked for among them, and in them. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatNumber, t } from "../../panel/i18n/translate.ts";
import type { Book } from "../model/book.ts";
import { isMuted } from "../model/places.ts";
import type { Chat, ChatMessage } from "../model/types.ts";
import { Face, faceOf, pictureOf } from "./parts/face.tsx";
import { chatName } from "./parts/chat_name.ts";
import { Symbol, type SymbolName } from "./parts/symbol.tsx";
import { summaryOf } from "./parts/summary.ts";
import { Ticks } from "./parts/ticks.tsx";
import type { View } from "./view.ts";
import { shortTime } from "./parts/times.ts";

interface ChatListProps {
  readonly book: Book;
  readonly open: string | undefined;
  readonly go: (view: View) => void;
}

const MAX_FOUND = 50;
const LEAST_LETTERS = 2;

export function ChatList({ book, open, go }: ChatListProps): JSX.Element {
  const [sought, setSought] = useState("");
  const word = sought.trim().toLocaleLowerCase();
  const { chats } = book;
  const shown = chats.filter((chat) =>
    chatName(chat).toLocaleLowerCase().includes(word)
  );
  const found = word.length < LEAST_LETTERS ? [] : messagesWith(word, book);
  // who looks for something looks everywhere
  const archived = word
    ? []
    : shown.filter(({ place }) => place === "archived");
  const listed = [
    ...shown.filter(({ place }) => place === "pinned"),
    ...shown.filter((chat) =>
      chat.place !== "pinned" && !archived.includes(chat)
    ),
  ];
  const isNothing = shown.length + found.length === 0;
  return (
    <>
      {chats.length > 0 && (
        <input
          type="search"
          class="app-search"
          aria-label={t("app.search")}
          placeholder={t("app.search")}
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
      )}
      {isNothing &&
        (word ? <p class="app-empty">{t("app.none")}</p> : <Welcome go={go} />)}
      {!isNothing && (
        <div class="app-list">
          <Rows book={book} chats={listed} open={open} go={go} />
          {archived.length > 0 && (
            <Archived book={book} chats={archived} open={open} go={go} />
          )}
          {found.length > 0 && (
            <>
              <h2 class="app-found">{t("app.messages")}</h2>
              <ul class="app-chats">
                {found.map((message) => (
                  <Found
                    key={message.id}
                    book={book}
                    message={message}
                    onOpen={() =>
                      go({ kind: "chat", id: message.chat, at: message.id })}
                  />
                ))}
              </ul>
            </>
          )}
        </div>
      )}
    </>
  );
}

interface RowsProps extends ChatListProps {
  readonly chats: readonly Chat[];
}

function Rows({ book, chats, open, go }: RowsProps) {
  return (
    <ul class="app-chats">
      {chats.map((chat) => (
        <Row
          key={chat.id}
          book={book}
          chat={chat}
          isOpen={chat.id === open}
          onOpen={() => go({ kind: "chat", id: chat.id })}
        />
      ))}
    </ul>
  );
}

/** Below all others, and only if somebody asks. */
function Archived(props: RowsProps) {
  const { chats, open } = props;
  const [isAsked, setAsked] = useState(false);
  const isShown = isAsked || chats.some(({ id }) => id === open);
  const unread = chats.reduce((sum, chat) => sum + chat.unread, 0);
  return (
    <>
      <button
        type="button"
        class="app-chat app-archive"
        aria-expanded={isShown ? "true" : "false"}
        onClick={() => setAsked(!isShown)}
      >
        <Symbol name="folder" />
        <span class="app-title-text">{t("app.archive")}</span>
        {unread > 0 && <Unread count={unread} />}
      </button>
      {isShown && <Rows {...props} />}
    </>
  );
}

function Unread({ count }: { readonly count: number }) {
  return (
    <span class="app-unread">
      <span aria-hidden="true">{formatNumber(count)}</span>
      <span class="unseen">{t("app.unread", { count })}</span>
    </span>
  );
}

/** Nobody is here yet: what can be done about it. */
export function Welcome({ go }: Pick<ChatListProps, "go">): JSX.Element {
  return (
    <div class="app-welcome">
      <span class="app-emblem">
        <Symbol name="people" />
      </span>
      <p>
        <strong>{t("app.no_chats")}</strong>
      </p>
      <p class="hint">{t("app.first")}</p>
      <button
        type="button"
        class="button primary"
        onClick={() => go({ kind: "invite" })}
      >
        <Symbol name="plus" /> {t("app.meet")}
      </button>
    </div>
  );
}

function messagesWith(word: string, book: Book): ChatMessage[] {
  return book.chats.flatMap(({ id }) =>
    book.messages(id).filter(({ text, file, info }) =>
      !info &&
      `${text}\n${file?.name ?? ""}`.toLocaleLowerCase().includes(word)
    )
  ).sort((a, b) => b.at - a.at).slice(0, MAX_FOUND);
}

function Found({ book, message, onOpen }: {
  readonly book: Book;
  readonly message: ChatMessage;
  readonly onOpen: () => void;
}) {
  const chat = book.chat(message.chat);
  if (!chat) return null;
  return (
    <li>
      <button type="button" class="app-chat" onClick={onOpen}>
        <ChatFace book={book} chat={chat} />
        <span class="app-chat-text">
          <span class="app-chat-line">
            <strong dir="auto">{chatName(chat)}</strong>
            <time class="hint">{shortTime(message.at)}</time>
          </span>
          <span class="app-chat-line">
            <span class="app-preview" dir="auto">
              {summaryOf(message, book)}
            </span>
          </span>
        </span>
      </button>
    </li>
  );
}

function ChatFace(
  { book, chat }: { readonly book: Book; readonly chat: Chat },
) {
  return (
    <Face
      name={chatName(chat)}
      of={faceOf(chat)}
      kind={chat.kind}
      picture={pictureOf(chat, book)}
    />
  );
}

function Row({ book, chat, isOpen, onOpen }: {
  readonly book: Book;
  readonly chat: Chat;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}) {
  const { id, unread, at, place } = chat;
  const last = book.lastMessage(id);
  const isOwn = last?.from === "" && !last.info;
  return (
    <li>
      <button
        type="button"
        class={unread > 0 ? "app-chat unread" : "app-chat"}
        aria-current={isOpen ? "page" : undefined}
        onClick={onOpen}
      >
        <ChatFace book={book} chat={chat} />
        <span class="app-chat-text">
          <span class="app-chat-line">
            <strong dir="auto">{chatName(chat)}</strong>
            {place === "pinned" && (
              <Sign name="pin" label={t("app.is_pinned")} />
            )}
            {isMuted(chat) && <Sign name="muted" label={t("app.muted")} />}
            <time class="hint">{shortTime(at)}</time>
          </span>
          <span class="app-chat-line">
            <span class="app-preview" dir="auto">
              <Preview book={book} chat={chat} last={last} isOpen={isOpen} />
            </span>
            {isOwn && <Ticks state={last.state} />}
            {unread > 0 && <Unread count={unread} />}
          </span>
        </span>
      </button>
    </li>
  );
}

function Sign(
  { name, label }: { readonly name: SymbolName; readonly label: string },
) {
  return (
    <span class="app-muted" title={label}>
      <Symbol name={name} />
      <span class="unseen">{label}</span>
    </span>
  );
}

function Preview({ book, chat, last, isOpen }: {
  readonly book: Book;
  readonly chat: Chat;
  readonly last: ChatMessage | undefined;
  readonly isOpen: boolean;
}) {
  const draft = book.draft(chat.id);
  if (draft && !isOpen) {
    return (
      <>
        <bdi class="app-draft">{t("app.draft")}</bdi> {draft}
      </>
    );
  }
  if (!last) return null;
  const writer = chat.kind === "group" && last.from !== "" && !last.info
    ? book.contact(last.from)?.name
    : undefined;
  return (
    <>
      {writer && (
        <span class="app-writer">
          <bdi>{writer}</bdi>:
        </span>
      )} {summaryOf(last, book)}
    </>
  );
}

/** One chat: its messages, and what is written next. @module */
import type { JSX } from "preact";
import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatNumber, t } from "../../panel/i18n/translate.ts";
import type { Chat, ChatMessage, Contact } from "../model/types.ts";
import { Bubble } from "./bubble.tsx";
import { Composer } from "./composer.tsx";
import { Face, faceOf } from "./parts/face.tsx";
import { useBook } from "./state.ts";
import { Symbol } from "./parts/symbol.tsx";
import { dayName, isSameDay } from "./parts/times.ts";
import type { ViewProps } from "./view.ts";

/** Messages that are drawn; more when one asks for them. */
const SHOWN = 60;
/** Who writes again within so many seconds is not named again. */
const SAME_BREATH = 600;

export function ChatView(
  { messenger, id, go }: ViewProps & { readonly id: string },
): JSX.Element | null {
  const book = useBook(messenger);
  const [shown, setShown] = useState(SHOWN);
  const list = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(true);
  const chat = book.chat(id);
  const messages = book.messages(id);
  const last = messages.at(-1);
  useLayoutEffect(() => {
    const box = list.current;
    if (box && (isAtEnd.current || last?.from === "")) {
      box.scrollTop = box.scrollHeight;
    }
  }, [last?.id, last?.reactions]);
  useEffect(() => {
    const box = list.current;
    if (!box) return;
    // pictures grow when they are read
    const watcher = new ResizeObserver(() => {
      if (isAtEnd.current) box.scrollTop = box.scrollHeight;
    });
    for (const child of box.children) watcher.observe(child);
    return () => watcher.disconnect();
  }, [last?.id, shown]);
  if (!chat) return null;
  const people = chat.members.flatMap((one) => book.contact(one) ?? []);
  const visible = messages.slice(-shown);
  return (
    <section class="app-chat-view" aria-label={chat.name}>
      <header class="app-bar">
        <button
          type="button"
          class="app-icon-button app-back"
          aria-label={t("app.back")}
          title={t("app.back")}
          onClick={() => go({ kind: "none" })}
        >
          <Symbol name="back" />
        </button>
        <button
          type="button"
          class="app-title"
          title={t("app.details")}
          onClick={() => go({ kind: "details", id })}
        >
          <Face name={chat.name} of={faceOf(chat)} kind={chat.kind} />
          <span class="app-title-text">
            <strong>
              <bdi>{chat.name}</bdi>
            </strong>
            <span class="hint">
              <About chat={chat} people={people} />
            </span>
          </span>
        </button>
      </header>
      <ol
        ref={list}
        class="app-messages"
        aria-live="polite"
        tabIndex={0}
        aria-label={t("app.messages")}
        onScroll={({ currentTarget: box }) => {
          isAtEnd.current =
            box.scrollHeight - box.scrollTop - box.clientHeight < 60;
        }}
      >
        {messages.length > shown && (
          <li class="app-info">
            <button
              type="button"
              class="button small"
              onClick={() => setShown(shown + SHOWN)}
            >
              {t("app.earlier")}
            </button>
          </li>
        )}
        {visible.map((message, index) => (
          <Fragment key={message.id}>
            {isNewDay(visible[index - 1], message) && (
              <li class="app-day">{dayName(message.at)}</li>
            )}
            <Bubble
              messenger={messenger}
              message={message}
              isNamed={chat.kind === "group" &&
                isNamed(visible[index - 1], message)}
              canReact={chat.kind !== "channel" && !chat.left}
            />
          </Fragment>
        ))}
      </ol>
      <Below
        chat={chat}
        isReady={people.length > 0}
        onSend={(text, file) => messenger.send(id, text, file)}
      />
    </section>
  );
}

function isNewDay(before: ChatMessage | undefined, { at }: ChatMessage) {
  return !before || !isSameDay(before.at, at);
}

function isNamed(before: ChatMessage | undefined, message: ChatMessage) {
  return !before || before.info !== undefined ||
    before.from !== message.from || message.at - before.at > SAME_BREATH;
}

function About({ chat, people }: {
  readonly chat: Chat;
  readonly people: readonly Contact[];
}) {
  if (chat.kind === "channel") return <>{t("app.channel")}</>;
  if (chat.kind === "group") {
    const count = people.length + (chat.left ? 0 : 1);
    return <>{t("app.count_members", { count: formatNumber(count) })}</>;
  }
  const [person] = people;
  if (!person) return <>{t("app.waiting_short")}</>;
  return person.verified
    ? (
      <span class="app-verified">
        <Symbol name="shield" /> {t("app.verified")}
      </span>
    )
    : <bdi dir="ltr">{person.address}</bdi>;
}

function Below({ chat, isReady, onSend }: {
  readonly chat: Chat;
  readonly isReady: boolean;
  readonly onSend: Parameters<typeof Composer>[0]["onSend"];
}) {
  const says = chat.left
    ? "app.you_left"
    : chat.kind === "channel"
    ? chat.secret ? "app.channel_reads" : "app.waiting"
    : isReady
    ? undefined
    : chat.kind === "group"
    ? "app.alone"
    : "app.waiting";
  if (says) return <p class="app-below">{t(says)}</p>;
  return <Composer draftOf={chat.id} onSend={onSend} />;
}

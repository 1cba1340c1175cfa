/** One chat: its messages, and what is written next. @module */
import type { JSX } from "preact";
import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatNumber, formatSpan, t } from "../../panel/i18n/translate.ts";
import { toast } from "../../panel/ui/toast.tsx";
import type { Chat, ChatMessage, Contact } from "../model/types.ts";
import { ChooseChat } from "./choose_chat.tsx";
import { Request } from "./request.tsx";
import { Bubble } from "./message/bubble.tsx";
import { Composer } from "./message/composer.tsx";
import { Lightbox } from "./message/lightbox.tsx";
import { type MessageAction, MessageMenu } from "./message/message_menu.tsx";
import { Face, faceOf, pictureOf } from "./parts/face.tsx";
import { said } from "./parts/said.ts";
import { useBook } from "./state.ts";
import { Symbol } from "./parts/symbol.tsx";
import { chatName } from "./parts/chat_name.ts";
import { dayName, isSameDay } from "./parts/times.ts";
import type { ViewProps } from "./view.ts";

/** Messages that are drawn; more when one asks for them. */
const SHOWN = 60;
/** Who writes again within so many seconds is not named again. */
const SAME_BREATH = 600;
const NEAR_END = 60;

type Asked =
  | {
    readonly kind: "menu";
    readonly of: ChatMessage;
    readonly beside: DOMRect;
  }
  | { readonly kind: "forward" | "picture"; readonly of: ChatMessage };
type Above = { readonly kind: "answers" | "edits"; readonly of: ChatMessage };

interface ChatViewProps extends ViewProps {
  readonly id: string;
  /** A message that is looked for. */
  readonly at?: string;
}

export function ChatView(
  { messenger, id, at, go }: ChatViewProps,
): JSX.Element | null {
  const book = useBook(messenger);
  const messages = book.messages(id);
  const [shown, setShown] = useState(SHOWN);
  const [found, setFound] = useState(at);
  const [asked, ask] = useState<Asked>();
  const [above, setAbove] = useState<Above>();
  const [isAway, setAway] = useState(false);
  const [firstNew] = useState(() =>
    messages.find(({ state }) => state === "received")?.id
  );
  const list = useRef<HTMLOListElement>(null);
  const isAtEnd = useRef(at === undefined);
  const chat = book.chat(id);
  const last = messages.at(-1);
  const toEnd = () => {
    const box = list.current;
    if (box) box.scrollTop = box.scrollHeight;
  };
  useLayoutEffect(() => {
    if (isAtEnd.current || last?.from === "") toEnd();
  }, [last?.id, last?.reactions, above]);
  useEffect(() => {
    const box = list.current;
    if (!box) return;
    // pictures grow when they are read
    const watcher = new ResizeObserver(() => isAtEnd.current && toEnd());
    for (const child of box.children) watcher.observe(child);
    return () => watcher.disconnect();
  }, [last?.id, shown]);
  useLayoutEffect(() => {
    if (found === undefined) return;
    const index = messages.findIndex((one) => one.id === found);
    if (index < 0) return setFound(undefined);
    if (messages.length - index > shown) {
      return setShown(messages.length - index + SHOWN / 2);
    }
    isAtEnd.current = false;
    list.current?.querySelector(`[data-id="${CSS.escape(found)}"]`)
      ?.scrollIntoView({ block: "center" });
    const timer = setTimeout(() => setFound(undefined), 2000);
    return () => clearTimeout(timer);
  }, [found, shown]);
  if (!chat) return null;
  const people = chat.members.flatMap((one) => book.contact(one) ?? []);
  const visible = messages.slice(-shown);
  const says = saidBelow(chat, people.length > 0);
  const canWrite = says === undefined && !chat.isRequest;

  // as it is by now: it may have been sent, changed or taken back meanwhile
  const pressed = asked?.kind === "menu"
    ? book.message(asked.of.id)
    : undefined;

  async function act(action: MessageAction, of: ChatMessage): Promise<void> {
    ask(undefined);
    try {
      if (action === "answer") setAbove({ kind: "answers", of });
      else if (action === "edit") setAbove({ kind: "edits", of });
      else if (action === "forward") ask({ kind: "forward", of });
      else if (action === "copy") await navigator.clipboard.writeText(of.text);
      else if (action === "forget") await messenger.acts.forget(of);
      else await messenger.writing.takeBack(of);
    } catch (error) {
      toast(said(error), "bad");
    }
  }

  return (
    <section class="app-chat-view" aria-label={chatName(chat)}>
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
          <Face
            name={chatName(chat)}
            of={faceOf(chat)}
            kind={chat.kind}
            picture={pictureOf(chat, book)}
          />
          <span class="app-title-text">
            <strong dir="auto">{chatName(chat)}</strong>
            <span class="hint">
              <About chat={chat} people={people} />
            </span>
          </span>
        </button>
      </header>
      <div class="app-messages-box">
        <ol
          ref={list}
          class="app-messages"
          aria-live="polite"
          tabIndex={0}
          aria-label={t("app.messages")}
          onScroll={({ currentTarget: box }) => {
            const left = box.scrollHeight - box.scrollTop - box.clientHeight;
            isAtEnd.current = left < NEAR_END;
            setAway(left > box.clientHeight / 2);
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
              {message.id === firstNew && (
                <li class="app-new">{t("app.new_messages")}</li>
              )}
              <Bubble
                messenger={messenger}
                message={message}
                isNamed={(chat.kind === "group" || chat.kind === "clear") &&
                  isNamed(visible[index - 1], message)}
                isFound={message.id === found}
                onMenu={(beside) => ask({ kind: "menu", of: message, beside })}
                onPicture={() => ask({ kind: "picture", of: message })}
                onQuote={setFound}
                onChat={(other) => go({ kind: "chat", id: other })}
              />
            </Fragment>
          ))}
        </ol>
        {isAway && (
          <button
            type="button"
            class="app-icon-button app-to-end"
            aria-label={t("app.to_end")}
            title={t("app.to_end")}
            onClick={toEnd}
          >
            <Symbol name="down" />
          </button>
        )}
      </div>
      {chat.isRequest
        ? <Request messenger={messenger} go={go} chat={chat} />
        : says
        ? <p class="app-below">{t(says)}</p>
        : (
          <Composer
            messenger={messenger}
            chat={id}
            answers={above?.kind === "answers" ? above.of : undefined}
            edits={above?.kind === "edits" ? above.of : undefined}
            onDone={() => setAbove(undefined)}
            onAgain={(of) => setAbove((now) => now ?? { kind: "answers", of })}
          />
        )}
      {asked?.kind === "menu" && pressed && (
        <MessageMenu
          message={pressed}
          beside={asked.beside}
          actions={actionsFor(pressed, canWrite)}
          canReact={canWrite && !chat.isOwn}
          onAction={(action) => void act(action, pressed)}
          onReact={(emoji) => {
            ask(undefined);
            messenger.writing.react(pressed, emoji)
              .catch((error) => toast(said(error), "bad"));
          }}
          onClose={() => ask(undefined)}
        />
      )}
      {asked?.kind === "picture" && asked.of.file && (
        <Lightbox
          messenger={messenger}
          file={asked.of.file}
          onClose={() => ask(undefined)}
        />
      )}
      {asked?.kind === "forward" && (
        <ChooseChat
          book={book}
          title={t("app.do.forward")}
          onChoose={async (to) => {
            // there at once: nobody is led anywhere when the relay answers
            go({ kind: "chat", id: to });
            await messenger.writing.forward(asked.of, to);
          }}
          onClose={() => ask(undefined)}
        />
      )}
    </section>
  );
}

function actionsFor(
  { from, text, file, call, state, isInClear }: ChatMessage,
  canWrite: boolean,
): MessageAction[] {
  const isOwn = from === "";
  const wasSent = state === "sent" || state === "read";
  const isWhole = !call && !isInClear && (!file || file.key !== undefined);
  return [
    ...canWrite ? ["answer" as const] : [],
    ...text && !call ? ["copy" as const] : [],
    ...isOwn && wasSent && canWrite && text && !call ? ["edit" as const] : [],
    ...isWhole ? ["forward" as const] : [],
    ...isOwn && wasSent && canWrite ? ["take_back" as const] : [],
    "forget",
  ];
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
  const timer = chat.timerSeconds
    ? (
      <span
        class="app-timer"
        title={t("app.vanishes", { span: formatSpan(chat.timerSeconds) })}
      >
        <Symbol name="timer" /> {formatSpan(chat.timerSeconds)}
      </span>
    )
    : null;
  if (chat.isOwn) {
    const count = formatNumber(people.length);
    return <>{t("app.count_readers", { count })}</>;
  }
  if (chat.kind === "channel") return <>{t("app.channel")}</>;
  if (chat.kind === "clear") return <>{t("app.clear_short")}</>;
  if (chat.kind === "group") {
    const count = people.length + (chat.left ? 0 : 1);
    return (
      <>
        {t("app.count_members", { count: formatNumber(count) })} {timer}
      </>
    );
  }
  const [person] = people;
  if (!person) return <>{t("app.waiting_short")}</>;
  if (!person.verified) {
    return (
      <>
        <bdi dir="ltr">{person.address}</bdi> {timer}
      </>
    );
  }
  return (
    <>
      <span class="app-verified">
        <Symbol name="shield" /> {t("app.verified")}
      </span>{" "}
      {timer}
    </>
  );
}

/** Why nothing can be written. */
function saidBelow(chat: Chat, isReady: boolean): string | undefined {
  if (chat.kind === "clear") return "app.clear_below";
  if (chat.isOwn) return undefined;
  if (chat.left) return "app.you_left";
  if (chat.kind === "channel") {
    return chat.secret ? "app.channel_reads" : "app.waiting";
  }
  if (isReady) return undefined;
  return chat.kind === "group" ? "app.alone" : "app.waiting";
}

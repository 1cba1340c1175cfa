/** Chats at one side, what is open at the other; on phones one of them. @module */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Language } from "../../panel/i18n/translate.ts";
import { t } from "../../panel/i18n/translate.ts";
import type { Messenger } from "../model/messenger.ts";
import type { Chat } from "../model/types.ts";
import { isMuted } from "../model/places.ts";
import { Banners } from "./banners.tsx";
import { ChatDetails } from "./details/chat_details.tsx";
import { ChatList } from "./chat_list.tsx";
import { ChatView } from "./chat_view.tsx";
import { Folders } from "./folders.tsx";
import { Invite } from "./invite.tsx";
import { NewGroup } from "./new_group.tsx";
import { startNotices } from "./notices.ts";
import { Settings } from "./settings.tsx";
import { useBook, useConnection } from "./state.ts";
import { Symbol, type SymbolName } from "./parts/symbol.tsx";
import type { View } from "./view.ts";

interface MainProps {
  readonly messenger: Messenger;
  readonly onLanguage: (language: Language) => Promise<void>;
}

export function Main({ messenger, onLanguage }: MainProps): JSX.Element {
  const book = useBook(messenger);
  const { state } = useConnection(messenger);
  const [asked, go] = useView(messenger);
  const isGone = "id" in asked && !isShown(book.chat(asked.id));
  const view = isGone ? NOTHING : asked;
  const open = view.kind === "chat" || view.kind === "details"
    ? view.id
    : undefined;
  useEffect(() => {
    const isSeen = () => view.kind === "chat" && !document.hidden;
    const look = () =>
      void messenger.readState.openChat(isSeen() ? open : undefined);
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      void messenger.readState.openChat(undefined);
    };
  }, [open, view.kind]);
  useEffect(
    () => startNotices(messenger, (id) => go({ kind: "chat", id })),
    [messenger],
  );
  const unread = book.chats.filter((chat) => !isMuted(chat))
    .reduce((sum, chat) => sum + chat.unread, 0);
  useEffect(() => {
    document.title = unread > 0
      ? `(${unread}) ${t("app.title")}`
      : t("app.title");
    badge(unread);
  }, [unread]);
  return (
    <div class={view.kind === "none" ? "app" : "app opened"}>
      <nav class="app-side" aria-label={t("app.chats")}>
        <header class="app-bar">
          <span class="app-title-text">
            <h1>{t("app.title")}</h1>
            <span class={`app-state ${state}`} role="status">
              {t(`app.state.${state}`)}
            </span>
          </span>
          <span class="app-tools">
            <Tool
              name="people"
              label={t("app.new_group")}
              onClick={() => go({ kind: "group" })}
            />
            <Tool
              name="folder"
              label={t("app.folders")}
              onClick={() => go({ kind: "folders" })}
            />
            <Tool
              name="settings"
              label={t("app.settings")}
              onClick={() => go({ kind: "settings" })}
            />
          </span>
        </header>
        <Banners messenger={messenger} />
        <ChatList book={book} open={open} go={go} />
        {book.chats.length > 0 && (
          <button
            type="button"
            class="button primary app-meet"
            onClick={() => go({ kind: "invite" })}
          >
            <Symbol name="plus" /> {t("app.meet")}
          </button>
        )}
      </nav>
      <main class="app-main">
        {view.kind !== "none" && view.kind !== "chat" && (
          <header class="app-bar">
            <Tool
              name="back"
              label={t("app.back")}
              isBack={view.kind !== "details"}
              onClick={() =>
                view.kind === "details" ? history.back() : go(NOTHING)}
            />
          </header>
        )}
        {view.kind === "none" && (
          <div class="app-nothing">
            <span class="app-emblem">
              <Symbol name="bubbles" />
            </span>
            <p>{t(book.chats.length > 0 ? "app.choose" : "app.what")}</p>
          </div>
        )}
        {view.kind === "chat" && (
          <ChatView
            key={`${view.id} ${view.at ?? ""}`}
            messenger={messenger}
            id={view.id}
            go={go}
            {...(view.at === undefined ? {} : { at: view.at })}
          />
        )}
        {view.kind === "details" && (
          <ChatDetails
            key={view.id}
            messenger={messenger}
            id={view.id}
            go={go}
          />
        )}
        {view.kind === "invite" && (
          <Invite
            key={view.group}
            messenger={messenger}
            go={go}
            {...(view.group === undefined ? {} : { group: view.group })}
          />
        )}
        {view.kind === "group" && <NewGroup messenger={messenger} go={go} />}
        {view.kind === "folders" && <Folders messenger={messenger} />}
        {view.kind === "settings" && (
          <Settings messenger={messenger} onLanguage={onLanguage} />
        )}
      </main>
    </div>
  );
}

function isShown(chat: Chat | undefined): boolean {
  return chat !== undefined && !chat.isBlocked;
}

/** On the icon, where the page is installed. */
function badge(count: number): void {
  if (!("setAppBadge" in navigator)) return;
  const shown = count > 0
    ? navigator.setAppBadge(count)
    : navigator.clearAppBadge();
  shown.catch(() => {}); // it is not installed
}

const NOTHING: View = { kind: "none" };

/** What each was shown last: another language draws all of it anew. */
const lastViews = new WeakMap<Messenger, View>();
/** Once they are done nobody wants them back. */
const FORMS: readonly View["kind"][] = ["invite", "group"];

/** The browser's own way back leads back, as on phones everybody expects. */
function useView(messenger: Messenger): [View, (view: View) => void] {
  const [view, setView] = useState(lastViews.get(messenger) ?? NOTHING);
  lastViews.set(messenger, view);
  useLayoutEffect(() => {
    history.replaceState(view, "");
    const onBack = ({ state }: PopStateEvent) => setView(state ?? NOTHING);
    addEventListener("popstate", onBack);
    return () => removeEventListener("popstate", onBack);
  }, []);
  return [view, (next) => {
    // as it is by then: some go after they have waited
    const { kind } = lastViews.get(messenger) ?? view;
    const isDone = FORMS.includes(kind) && next.kind === "chat";
    if (isDone || (next.kind === "none" && kind !== "none")) {
      history.replaceState(next, "");
    } else history.pushState(next, "");
    setView(next);
  }];
}

function Tool({ name, label, isBack = false, onClick }: {
  readonly name: SymbolName;
  readonly label: string;
  /** Only where the list is not beside it. */
  readonly isBack?: boolean;
  readonly onClick: () => void;
}) {
  return (
    <button
      type="button"
      class={isBack ? "app-icon-button app-back" : "app-icon-button"}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Symbol name={name} />
    </button>
  );
}

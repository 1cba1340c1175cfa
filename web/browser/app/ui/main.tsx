/** Chats at one side, what is open at the other; on phones one of them. @module */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Language } from "../../panel/i18n/translate.ts";
import { t } from "../../panel/i18n/translate.ts";
import type { Messenger } from "../model/messenger.ts";
import { Banners } from "./banners.tsx";
import { ChatDetails } from "./chat_details.tsx";
import { ChatList } from "./chat_list.tsx";
import { ChatView } from "./chat_view.tsx";
import { Folders } from "./folders.tsx";
import { Invite } from "./invite.tsx";
import { NewGroup } from "./new_group.tsx";
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
  const [asked, go] = useView();
  const isGone = "id" in asked && !book.chat(asked.id);
  const view = isGone ? NOTHING : asked;
  const open = view.kind === "chat" || view.kind === "details"
    ? view.id
    : undefined;
  useEffect(() => {
    const isSeen = () => view.kind === "chat" && !document.hidden;
    const look = () => void messenger.openChat(isSeen() ? open : undefined);
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      void messenger.openChat(undefined);
    };
  }, [open, view.kind]);
  const unread = book.chats.reduce((sum, chat) => sum + chat.unread, 0);
  useEffect(() => {
    document.title = unread > 0
      ? `(${unread}) ${t("app.title")}`
      : t("app.title");
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
        <button
          type="button"
          class="button primary app-meet"
          onClick={() => go({ kind: "invite" })}
        >
          <Symbol name="plus" /> {t("app.meet")}
        </button>
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
            <p>{t(book.chats.length > 0 ? "app.choose" : "app.first")}</p>
          </div>
        )}
        {view.kind === "chat" && (
          <ChatView
            key={view.id}
            messenger={messenger}
            id={view.id}
            go={go}
          />
        )}
        {view.kind === "details" && (
          <ChatDetails messenger={messenger} id={view.id} go={go} />
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

const NOTHING: View = { kind: "none" };

/** The browser's own way back leads back, as on phones everybody expects. */
function useView(): [View, (view: View) => void] {
  const [view, setView] = useState<View>(NOTHING);
  useEffect(() => {
    history.replaceState(NOTHING, "");
    const onBack = ({ state }: PopStateEvent) => setView(state ?? NOTHING);
    addEventListener("popstate", onBack);
    return () => removeEventListener("popstate", onBack);
  }, []);
  return [view, (next) => {
    if (next.kind === "none" && view.kind !== "none") {
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

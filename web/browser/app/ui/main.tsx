/** Chats at one side, what is open at the other; on phones one of them. @module */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Language } from "../../panel/i18n/translate.ts";
import { t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import type { Messenger } from "../model/messenger.ts";
import { ChatList } from "./chat_list.tsx";
import { ChatView } from "./chat_view.tsx";
import { Folders } from "./folders.tsx";
import { Invite } from "./invite.tsx";
import { NewGroup } from "./new_group.tsx";
import { Settings } from "./settings.tsx";
import { useBook, useConnection } from "./state.ts";
import type { View } from "./view.ts";

interface MainProps {
  readonly messenger: Messenger;
  readonly onLanguage: (language: Language) => Promise<void>;
}

export function Main({ messenger, onLanguage }: MainProps): JSX.Element {
  const book = useBook(messenger);
  const state = useConnection(messenger);
  const [view, go] = useState<View>({ kind: "none" });
  const open = view.kind === "chat" ? view.id : undefined;
  useEffect(() => {
    void messenger.openChat(open);
    return () => void messenger.openChat(undefined);
  }, [open]);
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
          <h1>{t("app.title")}</h1>
          <span class={`app-state ${state}`} role="status">
            {t(`app.state.${state}`)}
          </span>
        </header>
        <div class="app-actions">
          <Button small onClick={() => go({ kind: "invite" })}>
            {t("app.meet")}
          </Button>
          <Button small onClick={() => go({ kind: "group" })}>
            {t("app.new_group")}
          </Button>
          <Button small onClick={() => go({ kind: "folders" })}>
            {t("app.folders")}
          </Button>
          <Button small onClick={() => go({ kind: "settings" })}>
            {t("app.settings")}
          </Button>
        </div>
        <ChatList book={book} open={open} go={go} />
      </nav>
      <main class="app-main">
        {view.kind !== "none" && (
          <div class="app-back">
            <Button small onClick={() => go({ kind: "none" })}>
              {t("app.back")}
            </Button>
          </div>
        )}
        {view.kind === "none" && <p class="app-empty">{t("app.choose")}</p>}
        {view.kind === "chat" && (
          <ChatView
            key={view.id}
            messenger={messenger}
            id={view.id}
            go={go}
          />
        )}
        {view.kind === "invite" && (
          <Invite
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

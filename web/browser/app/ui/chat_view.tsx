/** One chat: its messages, and what is written next. @module */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { ConfirmDialog } from "../../panel/ui/dialog.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import { Composer } from "./composer.tsx";
import type { ViewProps } from "./view.ts";
import { Bubble } from "./bubble.tsx";
import { said } from "./login.tsx";
import { useBook } from "./state.ts";

export function ChatView(
  { messenger, id, go }: ViewProps & { readonly id: string },
): JSX.Element | null {
  const book = useBook(messenger);
  const [isRemoving, setRemoving] = useState(false);
  const end = useRef<HTMLDivElement>(null);
  const chat = book.chat(id);
  const messages = book.messages(id);
  const last = messages.at(-1)?.id;
  useEffect(() => end.current?.scrollIntoView({ block: "end" }), [last]);
  if (!chat) return null;
  const people = chat.members.flatMap((one) => book.contact(one) ?? []);
  const isReady = people.length > 0 && !chat.left;
  return (
    <section class="app-chat-view" aria-label={chat.name}>
      <header class="app-bar">
        <div>
          <h2 dir="auto">{chat.name}</h2>
          <p class="hint">
            {chat.kind === "channel"
              ? t("app.channel")
              : chat.kind === "group"
              ? people.map(({ name }) => name).join(", ")
              : people[0] && (
                <>
                  <bdi dir="ltr">{people[0].address}</bdi>{" "}
                  {people[0].verified && (
                    <span class="app-verified">{t("app.verified")}</span>
                  )}
                </>
              )}
          </p>
        </div>
        <div class="app-actions">
          {chat.kind === "group" && !chat.left && (
            <Button
              small
              onClick={() => go({ kind: "invite", group: chat.id })}
            >
              {t("app.invite_here")}
            </Button>
          )}
          {chat.kind !== "single" && !chat.left && (
            <>
              <Button
                small
                onClick={() =>
                  messenger.leave(chat).catch((error) =>
                    toast(said(error), "bad")
                  )}
              >
                {t("app.leave")}
              </Button>
            </>
          )}
          <Button small onClick={() => setRemoving(true)}>
            {t("app.remove_chat")}
          </Button>
        </div>
      </header>
      <ol class="app-messages" aria-live="polite" tabIndex={0}>
        {messages.map((message) => (
          <Bubble
            key={message.id}
            messenger={messenger}
            message={message}
            isGroup={chat.kind === "group"}
          />
        ))}
      </ol>
      <div ref={end} />
      {chat.kind === "channel" && !chat.left && (
        <p class="app-empty">
          {t(chat.secret ? "app.channel_reads" : "app.waiting")}
        </p>
      )}
      {chat.kind === "channel" && !chat.left ? null : isReady
        ? (
          <Composer
            onSend={(text, file) => messenger.send(id, text, file)}
          />
        )
        : (
          <p class="app-empty">
            {t(chat.left ? "app.you_left" : "app.waiting")}
          </p>
        )}
      {isRemoving && (
        <ConfirmDialog
          title={t("app.remove_chat")}
          confirmLabel={t("app.remove")}
          danger
          onConfirm={async () => {
            await book.removeChat(id);
            go({ kind: "none" });
          }}
          onClose={() => setRemoving(false)}
        >
          <p>{t("app.remove_chat_text")}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

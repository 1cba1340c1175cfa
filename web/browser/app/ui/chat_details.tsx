/** Who is in a chat, and what one can do with it. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { ConfirmDialog } from "../../panel/ui/dialog.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Contact } from "../model/types.ts";
import { Face, faceOf } from "./parts/face.tsx";
import { said } from "./parts/said.ts";
import { useBook } from "./state.ts";
import { Symbol } from "./parts/symbol.tsx";
import type { ViewProps } from "./view.ts";

type Asked = "remove" | "leave" | "block";

export function ChatDetails(
  { messenger, id, go }: ViewProps & { readonly id: string },
): JSX.Element | null {
  const book = useBook(messenger);
  const [asked, setAsked] = useState<Asked>();
  const chat = book.chat(id);
  if (!chat) return null;
  const people = chat.members.flatMap((one) => book.contact(one) ?? []);
  const [person] = people;
  const isOne = chat.kind === "single";
  const others = book.contacts.filter(({ fingerprint, blocked }) =>
    !blocked && !chat.members.includes(fingerprint)
  );

  async function block(contact: Contact, blocked: boolean): Promise<void> {
    await book.setContact({ ...contact, blocked });
    toast(t(blocked ? "app.is_blocked" : "app.is_unblocked"));
  }

  return (
    <section class="app-page">
      <header class="app-profile">
        <Face name={chat.name} of={faceOf(chat)} kind={chat.kind} />
        <h2>
          <bdi>{chat.name}</bdi>
        </h2>
        {isOne && person && (
          <p class="hint">
            <bdi dir="ltr">{person.address}</bdi>
          </p>
        )}
        {isOne && person && (
          <p class={person.verified ? "app-verified" : "hint"}>
            {person.verified && <Symbol name="shield" />}{" "}
            {t(person.verified ? "app.verified_long" : "app.not_verified")}
          </p>
        )}
      </header>
      {chat.kind !== "single" && (
        <>
          <h3>{t(chat.kind === "channel" ? "app.writes" : "app.members")}</h3>
          <ul class="app-people">
            {people.map((one) => (
              <li key={one.fingerprint}>
                <Face name={one.name} of={one.fingerprint} />
                <span class="app-title-text">
                  <strong>
                    <bdi>{one.name}</bdi>
                  </strong>
                  <span class="hint">
                    <bdi dir="ltr">{one.address}</bdi>
                  </span>
                </span>
                {one.verified && (
                  <span class="app-verified">
                    <Symbol name="shield" />
                    <span class="unseen">{t("app.verified")}</span>
                  </span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {chat.kind === "group" && !chat.left && (
        <>
          <div class="app-actions">
            <Button
              kind="primary"
              onClick={() => go({ kind: "invite", group: chat.id })}
            >
              {t("app.invite_here")}
            </Button>
          </div>
          {others.length > 0 && (
            <div class="field">
              <label for="add-member">{t("app.add_member")}</label>
              <select
                id="add-member"
                value=""
                onChange={(event) => {
                  const chosen = book.contact(event.currentTarget.value);
                  event.currentTarget.value = "";
                  if (!chosen) return;
                  messenger.addMember(chat, chosen).catch((error) =>
                    toast(said(error), "bad")
                  );
                }}
              >
                <option value="">–</option>
                {others.map(({ fingerprint, name, address }) => (
                  <option key={fingerprint} value={fingerprint}>
                    {name} ({address})
                  </option>
                ))}
              </select>
            </div>
          )}
        </>
      )}
      <div class="app-actions">
        {isOne && person && (
          <Button
            onClick={() =>
              person.blocked ? block(person, false) : setAsked("block")}
          >
            {t(person.blocked ? "app.unblock" : "app.block")}
          </Button>
        )}
        {!isOne && !chat.left && (
          <Button onClick={() => setAsked("leave")}>{t("app.leave")}</Button>
        )}
        <Button kind="danger" onClick={() => setAsked("remove")}>
          {t("app.remove_chat")}
        </Button>
      </div>
      {asked && (
        <ConfirmDialog
          title={t(asked === "remove" ? "app.remove_chat" : `app.${asked}`)}
          confirmLabel={t(asked === "remove" ? "app.remove" : `app.${asked}`)}
          danger
          onConfirm={async () => {
            if (asked === "block") return await block(person!, true);
            if (asked === "leave") return await messenger.leave(chat);
            await book.removeChat(id);
            go({ kind: "none" });
          }}
          onClose={() => setAsked(undefined)}
        >
          <p>{t(`app.${asked === "remove" ? "remove_chat" : asked}_text`)}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** Who is in a chat, and what one can do with it. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatSpan, t } from "../../../panel/i18n/translate.ts";
import { Button } from "../../../panel/ui/button.tsx";
import { ConfirmDialog } from "../../../panel/ui/dialog.tsx";
import { SelectField, SwitchField } from "../../../panel/ui/fields.tsx";
import { toast } from "../../../panel/ui/toast.tsx";
import type { Messenger } from "../../model/messenger.ts";
import { isMuted } from "../../model/places.ts";
import type { Chat, Contact } from "../../model/types.ts";
import { Face, faceOf, pictureOf } from "../parts/face.tsx";
import { chatName } from "../parts/chat_name.ts";
import { said } from "../parts/said.ts";
import { useBook } from "../state.ts";
import { Symbol } from "../parts/symbol.tsx";
import type { ViewProps } from "../view.ts";
import { GroupForm } from "./group_form.tsx";
import { Members } from "./members.tsx";

type Asked =
  | { readonly what: "remove" | "leave" | "block" }
  | { readonly what: "remove_member"; readonly who: Contact };

const HOUR = 3600;
const DAY = 24 * HOUR;
const TIMERS = [0, 300, HOUR, 8 * HOUR, DAY, 7 * DAY, 35 * DAY];

export function ChatDetails(
  { messenger, id, go }: ViewProps & { readonly id: string },
): JSX.Element | null {
  const book = useBook(messenger);
  const [asked, setAsked] = useState<Asked>();
  const chat = book.chat(id);
  if (!chat) return null;
  const [person] = chat.members.flatMap((one) => book.contact(one) ?? []);
  const isOne = chat.kind === "single";
  const canLeave = chat.kind === "group" ||
    (chat.kind === "channel" && !chat.isOwn);

  async function block(contact: Contact, blocked: boolean): Promise<void> {
    await messenger.acts.block(contact, blocked);
    toast(t(blocked ? "app.is_blocked" : "app.is_unblocked"));
  }

  return (
    <section class="app-page">
      <Profile messenger={messenger} chat={chat} person={person} />
      {(chat.kind === "group" || chat.kind === "channel") && (
        <Members
          messenger={messenger}
          go={go}
          chat={chat}
          onRemove={(who) => setAsked({ what: "remove_member", who })}
        />
      )}
      {(chat.isOwn || (chat.kind === "group" && !chat.left)) && (
        <GroupForm messenger={messenger} chat={chat} />
      )}
      <div class="card app-form">
        {!chat.left && person && chat.kind !== "channel" && (
          <Timer messenger={messenger} chat={chat} />
        )}
        <SwitchField
          label={t("app.mute")}
          hint={t("app.mute_hint")}
          value={isMuted(chat)}
          onChange={(isMuted) => messenger.acts.mute(chat, isMuted)}
        />
      </div>
      <div class="app-actions">
        <Place messenger={messenger} chat={chat} place="pinned" />
        <Place messenger={messenger} chat={chat} place="archived" />
        {isOne && person && (
          <Button
            onClick={() =>
              person.blocked
                ? block(person, false)
                : setAsked({ what: "block" })}
          >
            {t(person.blocked ? "app.unblock" : "app.block")}
          </Button>
        )}
        {canLeave && !chat.left && (
          <Button onClick={() => setAsked({ what: "leave" })}>
            {t("app.leave")}
          </Button>
        )}
        <Button kind="danger" onClick={() => setAsked({ what: "remove" })}>
          {t("app.remove_chat")}
        </Button>
      </div>
      {asked && (
        <Question
          asked={asked}
          onConfirm={async () => {
            if (asked.what === "block") return await block(person!, true);
            if (asked.what === "leave") {
              return await messenger.groups.leave(chat);
            }
            if (asked.what === "remove_member") {
              return chat.isOwn
                ? await messenger.channels.dismiss(chat, asked.who)
                : await messenger.groups.remove(chat, asked.who);
            }
            await messenger.acts.remove(chat);
            go({ kind: "none" });
          }}
          onClose={() => setAsked(undefined)}
        />
      )}
    </section>
  );
}

function Profile({ messenger: { book }, chat, person }: {
  readonly messenger: Messenger;
  readonly chat: Chat;
  readonly person: Contact | undefined;
}) {
  const isOne = chat.kind === "single" && person;
  return (
    <header class="app-profile">
      <Face
        name={chatName(chat)}
        of={faceOf(chat)}
        kind={chat.kind}
        picture={pictureOf(chat, book)}
      />
      <h2>
        <bdi>{chatName(chat)}</bdi>
      </h2>
      {isOne && (
        <p class="hint">
          <bdi dir="ltr">{person.address}</bdi>
        </p>
      )}
      {isOne && (
        <p class={person.verified ? "app-verified" : "hint"}>
          {person.verified && <Symbol name="shield" />}{" "}
          {t(person.verified ? "app.verified_long" : "app.not_verified")}
        </p>
      )}
      {chat.kind === "clear" && <p class="hint">{t("app.clear_hint")}</p>}
      {chat.about && <p class="app-about" dir="auto">{chat.about}</p>}
    </header>
  );
}

/** At the top of the list, or out of it. */
function Place({ messenger, chat, place }: {
  readonly messenger: Messenger;
  readonly chat: Chat;
  readonly place: NonNullable<Chat["place"]>;
}) {
  const isThere = chat.place === place;
  return (
    <Button
      onClick={() =>
        messenger.acts.place(chat, isThere ? undefined : place)
          .catch((error) => toast(said(error), "bad"))}
    >
      {t(`app.${isThere ? "not_" : ""}${place}`)}
    </Button>
  );
}

function Timer({ messenger, chat }: {
  readonly messenger: Messenger;
  readonly chat: Chat;
}) {
  const now = chat.timerSeconds ?? 0;
  const choices = [...new Set([...TIMERS, now])].sort((a, b) => a - b);
  return (
    <SelectField
      label={t("app.timer")}
      hint={t("app.timer_hint")}
      value={String(now)}
      options={choices.map((one) =>
        [
          String(one),
          one === 0 ? t("app.timer_never") : formatSpan(one),
        ] as const
      )}
      onChange={(value) => {
        messenger.groups.setTimer(chat, Number(value)).catch((error) =>
          toast(said(error), "bad")
        );
      }}
    />
  );
}

function Question({ asked, onConfirm, onClose }: {
  readonly asked: Asked;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const { what } = asked;
  const name = what === "remove_member" ? asked.who.name : "";
  const title = what === "remove" ? "app.remove_chat" : `app.${what}`;
  const text = what === "remove" ? "app.remove_chat_text" : `app.${what}_text`;
  const confirm = what === "remove" || what === "remove_member"
    ? "app.remove"
    : `app.${what}`;
  return (
    <ConfirmDialog
      said={said}
      title={t(title, { name })}
      confirmLabel={t(confirm)}
      danger
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>{t(text, { name })}</p>
    </ConfirmDialog>
  );
}

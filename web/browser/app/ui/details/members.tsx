/** Who is in a chat; in a group, who comes and goes. @module */
import type { JSX } from "preact";
import { t } from "../../../panel/i18n/translate.ts";
import { Button } from "../../../panel/ui/button.tsx";
import { toast } from "../../../panel/ui/toast.tsx";
import type { Messenger } from "../../model/messenger.ts";
import type { Chat, Contact } from "../../model/types.ts";
import { Face } from "../parts/face.tsx";
import { said } from "../parts/said.ts";
import { Symbol } from "../parts/symbol.tsx";
import type { ViewProps } from "../view.ts";

interface MembersProps extends ViewProps {
  readonly chat: Chat;
  readonly onRemove: (contact: Contact) => void;
}

export function Members(
  { messenger, go, chat, onRemove }: MembersProps,
): JSX.Element {
  const { book } = messenger;
  const people = chat.members.flatMap((one) => book.contact(one) ?? []);
  const canChange = chat.isOwn || (chat.kind === "group" && !chat.left);
  const title = chat.isOwn
    ? "app.readers"
    : chat.kind === "channel"
    ? "app.writes"
    : "app.members";
  const others = book.contacts.filter(({ fingerprint, blocked }) =>
    !blocked && !chat.members.includes(fingerprint)
  );
  return (
    <div class="card app-form">
      <h3>{t(title)}</h3>
      {canChange && (
        <div class="app-actions">
          <Button
            kind="primary"
            onClick={() => go({ kind: "invite", group: chat.id })}
          >
            <Symbol name="plus" /> {t("app.invite_here")}
          </Button>
        </div>
      )}
      <ul class="app-people">
        {people.map((one) => (
          <li key={one.fingerprint}>
            <button
              type="button"
              class="app-title"
              onClick={() => void openChat(messenger, one, go)}
            >
              <Face
                name={one.name}
                of={one.fingerprint}
                picture={one.face}
              />
              <span class="app-title-text">
                <strong>
                  <bdi>{one.name}</bdi>
                  {one.verified && (
                    <span class="app-verified">
                      <Symbol name="shield" />
                      <span class="unseen">{t("app.verified")}</span>
                    </span>
                  )}
                </strong>
                <span class="hint">
                  <bdi dir="ltr">{one.address}</bdi>
                </span>
              </span>
            </button>
            {canChange && (
              <button
                type="button"
                class="app-icon-button"
                aria-label={t("app.remove_member", { name: one.name })}
                title={t("app.remove_member", { name: one.name })}
                onClick={() => onRemove(one)}
              >
                <Symbol name="close" />
              </button>
            )}
          </li>
        ))}
      </ul>
      {canChange && !chat.isOwn && others.length > 0 && (
        <AddMember messenger={messenger} chat={chat} others={others} />
      )}
    </div>
  );
}

async function openChat(
  messenger: Messenger,
  one: Contact,
  go: ViewProps["go"],
): Promise<void> {
  go({ kind: "chat", id: await messenger.introduced(one, one.name) });
}

function AddMember({ messenger, chat, others }: {
  readonly messenger: Messenger;
  readonly chat: Chat;
  readonly others: readonly Contact[];
}) {
  return (
    <div class="field">
      <label for="add-member">{t("app.add_member")}</label>
      <select
        id="add-member"
        value=""
        onChange={(event) => {
          const chosen = messenger.book.contact(event.currentTarget.value);
          event.currentTarget.value = "";
          if (!chosen) return;
          messenger.groups.add(chat, chosen).catch((error) =>
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
  );
}

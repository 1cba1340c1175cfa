/** A group of people whose keys are known. @module */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { SwitchField, TextField } from "../../panel/ui/fields.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import { Face } from "./parts/face.tsx";
import { said } from "./parts/said.ts";
import type { View, ViewProps } from "./view.ts";
import { useBook } from "./state.ts";

export function NewGroup({ messenger, go }: ViewProps): JSX.Element {
  const contacts = useBook(messenger).contacts.filter(({ blocked }) =>
    !blocked
  );
  const [name, setName] = useState("");
  const [isChannel, setChannel] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const isMaking = useRef(false);
  /** Whoever looks at something else meanwhile is left there. */
  const isHere = useRef(true);
  useEffect(() => () => void (isHere.current = false), []);
  const members = contacts.filter(({ fingerprint }) =>
    chosen.includes(fingerprint)
  );

  async function make(): Promise<View> {
    if (isChannel) {
      const made = await messenger.channels.create(name.trim());
      return { kind: "invite", group: made.id };
    }
    const { id } = await messenger.groups.create(name.trim(), members);
    // others come by its code
    return members.length > 0
      ? { kind: "chat", id }
      : { kind: "invite", group: id };
  }

  return (
    <section class="app-page">
      <h2>{t("app.new_group")}</h2>
      <form
        class="card app-form"
        onSubmit={async (event) => {
          event.preventDefault();
          if (name.trim() === "" || isMaking.current) return;
          isMaking.current = true;
          setBusy(true);
          try {
            const made = await make();
            if (isHere.current) go(made);
          } catch (error) {
            toast(said(error), "bad");
          }
          isMaking.current = false;
          setBusy(false);
        }}
      >
        <TextField
          label={t(isChannel ? "app.channel_name" : "app.group_name")}
          value={name}
          onChange={setName}
          required
        />
        <SwitchField
          label={t("app.new_channel")}
          hint={t("app.new_channel_hint")}
          value={isChannel}
          onChange={setChannel}
        />
        {!isChannel && (
          <fieldset class="app-choice">
            <legend>{t("app.members")}</legend>
            {contacts.length === 0 && <p class="hint">{t("app.nobody")}</p>}
            {contacts.map((contact) => (
              <label key={contact.fingerprint}>
                <input
                  type="checkbox"
                  checked={chosen.includes(contact.fingerprint)}
                  onChange={(event) =>
                    setChosen(
                      event.currentTarget.checked
                        ? [...chosen, contact.fingerprint]
                        : chosen.filter((one) => one !== contact.fingerprint),
                    )}
                />
                <Face
                  name={contact.name}
                  of={contact.fingerprint}
                  picture={contact.face}
                />
                <span class="app-title-text">
                  <bdi>{contact.name}</bdi>
                  <span class="hint">
                    <bdi dir="ltr">{contact.address}</bdi>
                  </span>
                </span>
              </label>
            ))}
          </fieldset>
        )}
        <Button
          submit
          kind="primary"
          busy={busy}
          disabled={name.trim() === ""}
        >
          {t(isChannel ? "app.create_channel" : "app.create_group")}
        </Button>
      </form>
    </section>
  );
}

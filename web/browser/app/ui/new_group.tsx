/** A group of people whose keys are known. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { TextField } from "../../panel/ui/fields.tsx";
import { Face } from "./parts/face.tsx";
import type { ViewProps } from "./view.ts";
import { useBook } from "./state.ts";

export function NewGroup({ messenger, go }: ViewProps): JSX.Element {
  const contacts = useBook(messenger).contacts.filter(({ blocked }) =>
    !blocked
  );
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const members = contacts.filter(({ fingerprint }) =>
    chosen.includes(fingerprint)
  );
  return (
    <section class="app-page">
      <h2>{t("app.new_group")}</h2>
      <form
        class="card app-form"
        onSubmit={async (event) => {
          event.preventDefault();
          if (name.trim() === "") return;
          const { id } = await messenger.createGroup(name.trim(), members);
          // others come by its code
          go(
            members.length > 0 ? { kind: "chat", id } : {
              kind: "invite",
              group: id,
            },
          );
        }}
      >
        <TextField
          label={t("app.group_name")}
          value={name}
          onChange={setName}
          required
        />
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
              <Face name={contact.name} of={contact.fingerprint} />
              <span class="app-title-text">
                <bdi>{contact.name}</bdi>
                <span class="hint">
                  <bdi dir="ltr">{contact.address}</bdi>
                </span>
              </span>
            </label>
          ))}
        </fieldset>
        <Button
          submit
          kind="primary"
          disabled={name.trim() === ""}
        >
          {t("app.create_group")}
        </Button>
      </form>
    </section>
  );
}

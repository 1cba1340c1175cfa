/** What a group is called, what it is about, and how it looks: for all its members. @module */
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { t } from "../../../panel/i18n/translate.ts";
import { Button } from "../../../panel/ui/button.tsx";
import { TextField } from "../../../panel/ui/fields.tsx";
import { toast } from "../../../panel/ui/toast.tsx";
import type { Messenger } from "../../model/messenger.ts";
import type { Chat } from "../../model/types.ts";
import { FaceField } from "../parts/face_field.tsx";
import { said } from "../parts/said.ts";

const MAX_NAME = 100;
const MAX_ABOUT = 1000;

export function GroupForm({ messenger: { book, groups }, chat }: {
  readonly messenger: Messenger;
  readonly chat: Chat;
}): JSX.Element {
  // until something is typed it shows what others set, too
  const [typedName, setName] = useState<string>();
  const [typedAbout, setAbout] = useState<string>();
  const [busy, setBusy] = useState(false);
  const isSaving = useRef(false);
  const name = typedName ?? chat.name;
  const about = typedAbout ?? chat.about ?? "";
  const isSame = name.trim() === chat.name &&
    about.trim() === (chat.about ?? "");
  return (
    <form
      class="card app-form"
      onSubmit={async (event) => {
        event.preventDefault();
        if (isSaving.current) return;
        isSaving.current = true;
        setBusy(true);
        try {
          const renamed = name.trim();
          if (renamed !== chat.name) await groups.rename(chat, renamed);
          const current = book.chat(chat.id) ?? chat;
          if (about.trim() !== (current.about ?? "")) {
            await groups.describe(current, about.trim());
          }
          // what was typed meanwhile stays
          setName((now) => now === typedName ? undefined : now);
          setAbout((now) => now === typedAbout ? undefined : now);
          toast(t("app.saved"));
        } catch (error) {
          toast(said(error), "bad");
        }
        isSaving.current = false;
        setBusy(false);
      }}
    >
      <h3>{t("app.for_all")}</h3>
      <FaceField
        has={chat.face !== undefined}
        onChange={(picture) => groups.setFace(chat, picture)}
      />
      <TextField
        label={t(chat.isOwn ? "app.channel_name" : "app.group_name")}
        value={name}
        onChange={setName}
        maxLength={MAX_NAME}
        required
      />
      <div class="field">
        <label for="about">{t("app.about")}</label>
        <textarea
          id="about"
          rows={3}
          dir="auto"
          maxLength={MAX_ABOUT}
          value={about}
          onInput={(event) => setAbout(event.currentTarget.value)}
        />
      </div>
      <Button submit busy={busy} disabled={isSame || name.trim() === ""}>
        {t("app.save")}
      </Button>
    </form>
  );
}

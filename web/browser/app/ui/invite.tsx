/** Meeting people: our code for them, theirs for us. @module */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { readPicture } from "../../panel/shell/read_qr.ts";
import { Button } from "../../panel/ui/button.tsx";
import { CopyButton } from "../../panel/ui/copy.tsx";
import { TextField } from "../../panel/ui/fields.tsx";
import { QrCode } from "../../panel/ui/qr.tsx";
import { said } from "./login.tsx";
import type { ViewProps } from "./view.ts";

export function Invite(
  { messenger, go, group }: ViewProps & { readonly group?: string },
): JSX.Element {
  const [link, setLink] = useState<string>();
  const [theirs, setTheirs] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const chat = group === undefined ? undefined : messenger.book.chat(group);
  useEffect(() => {
    void messenger.handshakes.offer(chat).then(setLink);
  }, [group]);

  async function join(text: string): Promise<void> {
    setBusy(true);
    setProblem("");
    try {
      const { id } = await messenger.join(text);
      go({ kind: "chat", id });
    } catch (error) {
      setProblem(said(error));
      setBusy(false);
    }
  }

  async function readFile(file: File | undefined): Promise<void> {
    if (!file) return;
    try {
      const picture = await createImageBitmap(file);
      const text = await readPicture(picture, picture.width, picture.height);
      if (text === undefined) throw new Error("no_invite");
      await join(text);
    } catch (error) {
      setProblem(said(error));
    }
  }

  return (
    <section class="app-page">
      <h2>{chat ? t("app.invite_to", { name: chat.name }) : t("app.meet")}</h2>
      <p>{t("app.show_code")}</p>
      {link && (
        <>
          <QrCode text={link} label={t("app.my_code")} />
          <p class="app-link">
            <a href={link} rel="noreferrer noopener" target="_blank" dir="ltr">
              {t("app.my_link")}
            </a>{" "}
            <CopyButton text={link} label={t("app.copy_link")} />
          </p>
        </>
      )}
      {!chat && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void join(theirs);
          }}
        >
          <h3>{t("app.their_code")}</h3>
          <TextField
            kind="url"
            label={t("app.their_link")}
            value={theirs}
            onChange={setTheirs}
            error={problem || undefined}
          />
          <div class="field">
            <label for="code-picture">{t("app.picture")}</label>
            <input
              id="code-picture"
              type="file"
              accept="image/*"
              onChange={(event) => readFile(event.currentTarget.files?.[0])}
            />
          </div>
          <Button submit kind="primary" busy={busy}>{t("app.join")}</Button>
        </form>
      )}
    </section>
  );
}

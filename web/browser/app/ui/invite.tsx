/** Meeting people: our code for them, theirs for us. @module */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { QrLogin } from "../../panel/shell/qr_login.tsx";
import { Button } from "../../panel/ui/button.tsx";
import { CopyButton } from "../../panel/ui/copy.tsx";
import { TextField } from "../../panel/ui/fields.tsx";
import { QrCode } from "../../panel/ui/qr.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import { parseInvite } from "../protocol/invite.ts";
import { said } from "./parts/said.ts";
import { Symbol } from "./parts/symbol.tsx";
import type { ViewProps } from "./view.ts";

export function Invite(
  { messenger, go, group }: ViewProps & { readonly group?: string },
): JSX.Element {
  const [link, setLink] = useState<string>();
  const [theirs, setTheirs] = useState("");
  const [isScanning, setScanning] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const chat = group === undefined ? undefined : messenger.book.chat(group);
  useEffect(() => {
    messenger.handshakes.offer(chat).then(setLink)
      .catch((error) => toast(said(error), "bad"));
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

  return (
    <section class="app-page">
      <h2>{chat ? t("app.invite_to", { name: chat.name }) : t("app.meet")}</h2>
      {!chat && (
        <form
          class="card app-form"
          onSubmit={(event) => {
            event.preventDefault();
            void join(theirs);
          }}
        >
          <h3>{t("app.their_code")}</h3>
          <Button onClick={() => setScanning(true)}>
            <Symbol name="camera" /> {t("app.scan")}
          </Button>
          <TextField
            kind="url"
            label={t("app.their_link")}
            value={theirs}
            code
            onChange={(text) => {
              setTheirs(text);
              setProblem("");
              // what was pasted whole needs no other press
              if (text.length > theirs.length + 20 && parseInvite(text)) {
                void join(text);
              }
            }}
            error={problem || undefined}
          />
          <Button
            submit
            kind="primary"
            busy={busy}
            disabled={theirs.trim() === ""}
          >
            {t("app.join")}
          </Button>
        </form>
      )}
      <div class="card app-form">
        <h3>{t("app.own_code")}</h3>
        <p class="hint">{t("app.show_code")}</p>
        {link && <QrCode text={link} label={t("app.my_code")} />}
        {link && (
          <p class="app-actions">
            <a
              class="button"
              href={link}
              rel="noreferrer noopener"
              target="_blank"
            >
              {t("app.my_link")}
            </a>
            <CopyButton text={link} label={t("app.copy_link")} />
            {"share" in navigator && (
              <Button
                small
                onClick={
                  () => navigator.share({ url: link }).catch(() => {}) // not wanted after all
                }
              >
                {t("app.share")}
              </Button>
            )}
          </p>
        )}
      </div>
      {isScanning && (
        <QrLogin
          text={t("app.scan_text")}
          onText={(text) => {
            setScanning(false);
            setTheirs(text);
            void join(text);
          }}
          onClose={() => setScanning(false)}
        />
      )}
    </section>
  );
}

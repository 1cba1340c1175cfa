/** All of this browser for another one: a file, and the code that opens it. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { CopyButton } from "../../panel/ui/copy.tsx";
import { Dialog } from "../../panel/ui/dialog.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Messenger } from "../model/messenger.ts";
import { makeCode, writeTransfer } from "../storage/transfer.ts";
import { said } from "./parts/said.ts";
import { saveFile } from "./parts/save_file.ts";

export function Transfer(
  { messenger }: { readonly messenger: Messenger },
): JSX.Element {
  const [code, setCode] = useState<string>();
  const [busy, setBusy] = useState(false);
  const { book } = messenger;

  async function save(): Promise<void> {
    setBusy(true);
    try {
      // from now on both get what either sends
      await book.alterAccount((one) => ({ ...one, hasOtherDevices: true }));
      const text = await writeTransfer(book.vault, code!);
      saveFile("chats.json", text, "application/json");
    } catch (error) {
      toast(said(error), "bad");
    }
    setBusy(false);
  }

  return (
    <div class="card app-form">
      <h3>{t("app.transfer")}</h3>
      <p class="hint">{t("app.transfer_hint")}</p>
      <Button onClick={() => setCode(makeCode())}>
        {t("app.transfer_begin")}
      </Button>
      {code && (
        <Dialog
          title={t("app.transfer")}
          onClose={() => setCode(undefined)}
        >
          <div class="app-form">
            <p>{t("app.transfer_steps")}</p>
            <p class="app-code">
              <code dir="ltr">{code}</code>
              <CopyButton text={code} />
            </p>
            <p class="hint">{t("app.transfer_secret")}</p>
            <Button kind="primary" busy={busy} onClick={save}>
              {t("app.transfer_save")}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

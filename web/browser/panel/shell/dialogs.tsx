/** Dialogs that concern the whole panel. @module */
import type { JSX } from "preact";
import { leaving } from "../client/dirty.ts";
import { session } from "../client/session.ts";
import { useStore } from "../client/store.ts";
import { t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { ConfirmDialog, Dialog } from "../ui/dialog.tsx";
import { TokenForm } from "./token_form.tsx";

/** What is on the screen stays, and the call that found out is made again. */
export function ExpiredDialog(): JSX.Element | null {
  const { state } = useStore(session);
  if (state !== "expired") return null;
  return (
    <Dialog title={t("expired.title")} stays onClose={() => undefined}>
      <p>{t("expired.text")}</p>
      <TokenForm submitLabel={t("login.submit")} />
      <div class="form-foot">
        <Button small onClick={() => session.set({ state: "out" })}>
          {t("expired.leave")}
        </Button>
      </div>
    </Dialog>
  );
}

export function LeavingDialog(): JSX.Element | null {
  const answer = useStore(leaving);
  if (!answer) return null;
  return (
    <ConfirmDialog
      title={t("leaving.title")}
      confirmLabel={t("leaving.leave")}
      danger
      onConfirm={() => answer(true)}
      onClose={() => answer(false)}
    >
      {t("leaving.text")}
    </ConfirmDialog>
  );
}

/** A stranger has begun this chat: is it wanted? @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../panel/i18n/translate.ts";
import { Button } from "../../panel/ui/button.tsx";
import { ConfirmDialog } from "../../panel/ui/dialog.tsx";
import { toast } from "../../panel/ui/toast.tsx";
import type { Chat } from "../model/types.ts";
import { said } from "./parts/said.ts";
import type { ViewProps } from "./view.ts";

export function Request(
  { messenger: { acts }, go, chat }: ViewProps & { readonly chat: Chat },
): JSX.Element {
  const [isRefusing, setRefusing] = useState(false);
  return (
    <div class="app-below">
      <p>{t(chat.kind === "group" ? "app.request_group" : "app.request")}</p>
      <div class="app-actions">
        <Button
          kind="primary"
          onClick={() => {
            acts.accept(chat).catch((error) => toast(said(error), "bad"));
          }}
        >
          {t("app.accept")}
        </Button>
        <Button onClick={() => setRefusing(true)}>{t("app.block")}</Button>
      </div>
      {isRefusing && (
        <ConfirmDialog
          said={said}
          title={t("app.block")}
          confirmLabel={t("app.block")}
          danger
          onConfirm={async () => {
            await acts.refuse(chat);
            go({ kind: "none" });
          }}
          onClose={() => setRefusing(false)}
        >
          <p>
            {t(
              chat.kind === "group" ? "app.block_group_text" : "app.block_text",
            )}
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}

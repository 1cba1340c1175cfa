/** What somebody needs to log in: shown now, kept nowhere, gone when it is closed. @module */
import type { JSX } from "preact";
import { t } from "../i18n/translate.ts";
import { Note } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Code } from "../ui/page.tsx";
import { QrCode } from "../ui/qr.tsx";
import type { NewAccount } from "./shapes.ts";

interface OneTimeProps {
  readonly title: string;
  readonly account: NewAccount;
  readonly onClose: () => void;
}

export function OneTime(
  { title, account, onClose }: OneTimeProps,
): JSX.Element {
  const { email, password, dclogin } = account;
  return (
    <Dialog title={title} onClose={onClose} stays>
      <div class="dialog-text">
        <Note>{t("one_time.once")}</Note>
        <Copied name={t("one_time.address")} text={email} />
        <Copied name={t("one_time.password")} text={password} />
        {dclogin !== undefined && (
          <>
            <Copied name={t("one_time.link")} text={dclogin} />
            <div class="qr-frame">
              <QrCode text={dclogin} label={t("one_time.qr")} />
              <p class="hint">{t("one_time.scan")}</p>
            </div>
          </>
        )}
      </div>
      <footer class="dialog-foot">
        <Button kind="primary" onClick={onClose}>{t("one_time.close")}</Button>
      </footer>
    </Dialog>
  );
}

export function Copied(
  { name, text }: { readonly name: string; readonly text: string },
): JSX.Element {
  return (
    <div class="copied">
      <span class="copied-name">{name}</span>
      <Code>{text}</Code>
      <CopyButton
        text={text}
        label={t("one_time.copy", { what: name })}
      />
    </div>
  );
}

/** A way in for another device of an admin: a link that works once. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../client/call.ts";
import { formatTime, t } from "../../i18n/translate.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy.tsx";
import { Card, Code } from "../../ui/page.tsx";
import { QrCode } from "../../ui/qr.tsx";
import { attempt } from "../attempt.ts";

interface Made {
  readonly code: string;
  readonly url: string | null;
  readonly expires_at: number;
}

export function LoginCode(): JSX.Element {
  const [made, setMade] = useState<Made>();
  return (
    <Card
      title={t("code.title")}
      actions={
        <Button
          onClick={() =>
            attempt(async () => setMade(await call<Made>("admin.login")))}
        >
          {t("code.make")}
        </Button>
      }
    >
      <p class="hint">{t("code.text")}</p>
      {made && (
        <div class="stack">
          <QrCode text={made.url ?? made.code} label={t("code.qr")} />
          <p>{t("code.until", { time: formatTime(made.expires_at) })}</p>
          <Code>{made.url ?? made.code}</Code>
          <div class="row-actions">
            <CopyButton text={made.url ?? made.code} />
            <Button small onClick={() => setMade(undefined)}>
              {t("field.hide")}
            </Button>
          </div>
        </div>
      )}
    </Card>
  );
}

/** An invitation on paper: cards to be cut out, each with the link and its picture. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useOperation } from "../../client/use_operation.ts";
import { formatTime, t } from "../../i18n/translate.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField } from "../../ui/fields.tsx";
import { Code, Page } from "../../ui/page.tsx";
import { QrCode } from "../../ui/qr.tsx";
import { inviteUrl } from "./invite_link.tsx";
import type { Invite } from "../shapes.ts";

const COUNTS = ["1", "2", "4", "8"] as const;

interface PrintSheetProps {
  readonly of: Invite;
  readonly onClose: () => void;
}

export function PrintSheet({ of, onClose }: PrintSheetProps): JSX.Element {
  const left = Math.max(1, of.max_uses - of.uses);
  const fitting = COUNTS.filter((count) => Number(count) <= left);
  const [count, setCount] = useState<string>(fitting.at(-1) ?? "1");
  const domains = useOperation<{
    readonly domains: readonly { readonly name: string; primary: boolean }[];
  }>("domains.list");
  const domain = domains.data?.domains.find(({ primary }) => primary)?.name;
  return (
    <Page
      title={t("invites.print")}
      actions={
        <>
          <Button onClick={onClose}>{t("print.back")}</Button>
          <Button kind="primary" onClick={() => globalThis.print()}>
            {t("print.print")}
          </Button>
        </>
      }
    >
      <SelectField
        label={t("print.count")}
        hint={t("print.count_hint", { left })}
        value={count}
        options={COUNTS.map((one) => [one, one])}
        onChange={setCount}
      />
      <div class={`print-sheet of-${count}`}>
        {Array.from(
          { length: Number(count) },
          (_, index) => (
            <InviteCard
              key={index}
              of={of}
              domain={domain ?? ""}
            />
          ),
        )}
      </div>
    </Page>
  );
}

interface InviteCardProps {
  readonly of: Invite;
  readonly domain: string;
}

function InviteCard({ of, domain }: InviteCardProps) {
  const url = inviteUrl(of);
  return (
    <section class="invite-card">
      <h2>
        {t("print.invited")} <Code>{domain}</Code>
      </h2>
      <QrCode text={url} label={t("invites.qr")} />
      <ol>
        <li>{t("print.step_app")}</li>
        <li>{t("print.step_scan")}</li>
      </ol>
      <p>
        <Code>{url}</Code>
      </p>
      {of.expires_at !== null && (
        <p>{t("invites.expires_at", { time: formatTime(of.expires_at) })}</p>
      )}
    </section>
  );
}

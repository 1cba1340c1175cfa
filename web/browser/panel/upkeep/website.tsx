/** The public web site: what strangers see of it. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { t } from "../i18n/translate.ts";
import { useAction } from "../parts/action.ts";
import { Lead } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { SelectField } from "../ui/fields.tsx";
import { Card, Code, Page } from "../ui/page.tsx";
import { MailOverHttp } from "./mail_over_http.tsx";
import { OwnPages } from "./own_pages.tsx";
import { SiteLanguage } from "./site_language.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";

const MODES = ["off", "minimal", "decoy"] as const;

interface StealthStatus {
  readonly mode: string;
  readonly gate: boolean;
}

export function Website(): JSX.Element {
  return (
    <Page title={t("screen.website")}>
      <SiteLanguage />
      <OwnPages />
      <MailOverHttp />
      <Stealth />
    </Page>
  );
}

function Stealth() {
  const status = useOperation<StealthStatus>("stealth.status", {}, {
    events: ["settings"],
  });
  const [wanted, setWanted] = useState<string>();
  const refresh = () => void status.refresh();
  return (
    <Card title={t("stealth.title")}>
      <Lead>{t("stealth.text")}</Lead>
      {status.error && <Failure error={status.error} retry={refresh} />}
      {status.loading && <Loading />}
      {status.data && (
        <div class="stack">
          <SelectField
            label={t("stealth.mode")}
            hint={t(`stealth.${status.data.mode}_hint`)}
            value={wanted ?? status.data.mode}
            options={MODES.map((mode) => [mode, t(`stealth.${mode}`)])}
            onChange={(mode) =>
              setWanted(mode === status.data?.mode ? undefined : mode)}
          />
          <GateLink has={status.data.gate} onChanged={refresh} />
        </div>
      )}
      {wanted !== undefined && (
        <ConfirmDialog
          title={t("stealth.change")}
          confirmLabel={t("stealth.confirm")}
          danger={wanted !== "off"}
          onConfirm={async () => {
            await call("stealth.set", { mode: wanted });
            toast(t("people.saved"), "good");
            await status.refresh();
          }}
          onClose={() => setWanted(undefined)}
        >
          <p>{t(`stealth.${wanted}_hint`)}</p>
        </ConfirmDialog>
      )}
    </Card>
  );
}

interface GateLinkProps {
  readonly has: boolean;
  readonly onChanged: () => void;
}

/** The link is a secret: it is shown when somebody asks for it. */
function GateLink({ has, onChanged }: GateLinkProps) {
  const [url, setUrl] = useState<string>();
  const action = useAction();
  return (
    <div class="stack">
      <p>{t(has ? "stealth.link_text" : "stealth.no_link")}</p>
      <div class="buttons">
        {has && (
          <Button
            busy={action.busy}
            onClick={() =>
              void action.run(async () =>
                setUrl((await call<{ url: string }>("stealth.url")).url)
              )}
          >
            {t("stealth.show_link")}
          </Button>
        )}
        <Button
          busy={action.busy}
          onClick={async () => {
            setUrl(undefined);
            await action.run(
              () => call("stealth.rotate"),
              t("stealth.rotated"),
            );
            onChanged();
          }}
        >
          {t("stealth.rotate")}
        </Button>
      </div>
      {action.error && <p class="problem" role="alert">{action.error}</p>}
      {url !== undefined && (
        <div class="copied">
          <Code>{url}</Code>
          <CopyButton text={url} />
        </div>
      )}
    </div>
  );
}

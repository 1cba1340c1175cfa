/** Mail over HTTP: whether it is there, and the web pages of others that may use it. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { t } from "../i18n/translate.ts";
import { attempt, useAction } from "../parts/action.ts";
import { Lead, Row } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { TextField } from "../ui/fields.tsx";
import { Card, Code } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { DataTable } from "../ui/table.tsx";
import { Toggle } from "../ui/toggle.tsx";

interface WebmailStatus {
  readonly webimap_enabled: boolean;
  readonly websmtp_enabled: boolean;
  readonly cors_origins_list: readonly string[];
}

export function MailOverHttp(): JSX.Element {
  const status = useOperation<WebmailStatus>("webmail.status", {}, {
    events: ["settings"],
  });
  const { data } = status;
  const turn = async (service: "webimap" | "websmtp", enabled: boolean) => {
    await call("webmail.set", { service, enabled });
    await status.refresh();
  };
  return (
    <Card title={t("mail_http.title")}>
      <Lead>{t("mail_http.text")}</Lead>
      {status.error && (
        <Failure
          error={status.error}
          retry={() => void status.refresh()}
        />
      )}
      {status.loading && <Loading />}
      {data && (
        <div class="stack">
          <Toggle
            label={t("mail_http.webimap")}
            hint={t("mail_http.webimap_hint")}
            value={data.webimap_enabled}
            change={(on) => turn("webimap", on)}
          />
          <Toggle
            label={t("mail_http.websmtp")}
            hint={t("mail_http.websmtp_hint")}
            value={data.websmtp_enabled}
            change={(on) => turn("websmtp", on)}
          />
          <Origins
            origins={data.cors_origins_list}
            onChanged={() => status.refresh()}
          />
        </div>
      )}
    </Card>
  );
}

interface OriginsProps {
  readonly origins: readonly string[];
  readonly onChanged: () => Promise<void>;
}

function Origins({ origins, onChanged }: OriginsProps) {
  const [written, setWritten] = useState("");
  const action = useAction();
  const change = async (how: "add" | "remove", origin: string) => {
    await call("webmail.origins", { change: how, origins: [origin] });
    await onChanged();
  };
  return (
    <>
      <DataTable
        caption={t("mail_http.origins")}
        rows={origins}
        rowKey={(origin) => origin}
        columns={[
          {
            key: "origin",
            label: t("mail_http.origin"),
            render: (origin) => <Code>{origin}</Code>,
          },
          {
            key: "actions",
            label: t("people.actions"),
            render: (origin) => (
              <Button
                small
                onClick={() =>
                  void attempt(
                    () => change("remove", origin),
                    t("people.saved"),
                  )}
              >
                {t("people.delete")}
              </Button>
            ),
          },
        ]}
        empty={<p>{t("mail_http.no_origins")}</p>}
      />
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          const origin = written.trim();
          if (origin === "") return;
          const isDone = await action.run(
            () => change("add", origin),
            t("people.saved"),
          );
          // what was typed meanwhile stays
          if (isDone) setWritten((now) => now === written ? "" : now);
        }}
      >
        <Row>
          <TextField
            label={t("mail_http.new_origin")}
            hint={t("mail_http.new_origin_hint")}
            code
            value={written}
            maxLength={253}
            error={action.error}
            onChange={setWritten}
          />
          <Button submit busy={action.busy} disabled={written.trim() === ""}>
            {t("mail_http.add")}
          </Button>
        </Row>
      </form>
    </>
  );
}

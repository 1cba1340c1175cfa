/** Where panel and API are found. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../client/call.ts";
import { useOperation } from "../../client/use_operation.ts";
import { t } from "../../i18n/translate.ts";
import { ask } from "../../ui/ask.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Form } from "../../ui/form.tsx";
import { Card } from "../../ui/page.tsx";
import { Failure, Loading } from "../../ui/state.tsx";

interface WebStatus {
  readonly path: string;
  readonly api_path: string;
}

export function Paths(): JSX.Element {
  const { data, error, refresh } = useOperation<WebStatus>("admin_web.status");
  return (
    <Card title={t("paths.title")}>
      <p class="hint">{t("paths.text")}</p>
      {error && <Failure error={error} retry={refresh} />}
      {!data && !error && <Loading />}
      {data && <PathForms status={data} refresh={refresh} />}
    </Card>
  );
}

function PathForms(
  { status, refresh }: {
    readonly status: WebStatus;
    readonly refresh: () => Promise<void>;
  },
) {
  const [typedPanel, setPanel] = useState<string>();
  const [typedApi, setApi] = useState<string>();
  const panel = typedPanel ?? status.path;
  const api = typedApi ?? status.api_path;
  return (
    <div class="stack">
      <Form
        submitLabel={t("paths.move_panel")}
        isDirty={panel !== status.path}
        onSubmit={async () => {
          if (panel === status.path) return;
          const isMeant = await ask({
            title: t("paths.move_panel"),
            text: t("paths.panel_text", { path: panel }),
            confirmLabel: t("paths.move_panel"),
          });
          if (isMeant) await call("admin_web.path", { path: panel });
        }}
      >
        {(problem) => (
          <TextField
            label={t("paths.panel")}
            code
            value={panel}
            onChange={setPanel}
            error={problem("path")}
            hint={
              <Button small onClick={() => setPanel(drawn("admin"))}>
                {t("paths.draw")}
              </Button>
            }
          />
        )}
      </Form>
      <Form
        submitLabel={t("paths.move_api")}
        isDirty={api !== status.api_path}
        onSubmit={async () => {
          if (api === status.api_path) return;
          const isMeant = await ask({
            title: t("paths.move_api"),
            text: t("paths.api_text", { path: api }),
            confirmLabel: t("paths.move_api"),
          });
          if (!isMeant) return;
          await call("settings.set", { name: "admin_path", value: api });
          await refresh();
          setApi((now) => now === api ? undefined : now);
        }}
      >
        {(problem) => (
          <TextField
            label={t("paths.api")}
            code
            value={api}
            onChange={setApi}
            error={problem("value")}
            hint={
              <Button small onClick={() => setApi(drawn("api"))}>
                {t("paths.draw")}
              </Button>
            }
          />
        )}
      </Form>
    </div>
  );
}

/** A path that nobody guesses. */
function drawn(name: string): string {
  const octets = crypto.getRandomValues(new Uint8Array(5));
  const text = [...octets].map((octet) => octet.toString(16).padStart(2, "0"))
    .join("");
  return `/${name}-${text}`;
}

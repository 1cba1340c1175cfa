/** How large mail from and to other servers may be. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { formatBytes, t } from "../i18n/translate.ts";
import { useAction } from "../parts/action.ts";
import { Lead } from "../parts/shown.tsx";
import { Button } from "../ui/button.tsx";
import { SizeField } from "../ui/measures.tsx";
import { Card } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import type { FederationStatus } from "./shapes.ts";

const NAME = "max_federation_size";

interface Setting {
  readonly value: string;
  readonly default: string;
  readonly source: string;
}

export function SizeLimit(): JSX.Element {
  const status = useOperation<FederationStatus>(
    "federation.status",
    { limit: 0 },
    { events: ["settings"] },
  );
  const setting = useOperation<Setting>("settings.get", { name: NAME }, {
    events: ["settings"],
  });
  const action = useAction();
  const [octets, setOctets] = useState<number>();
  const now = status.data?.max_federation_size;
  const failed = status.error ?? setting.error;
  const change = async (work: () => Promise<unknown>) => {
    const isDone = await action.run(async () => {
      await work();
      await Promise.all([status.refresh(), setting.refresh()]);
    }, t("people.saved"));
    // what was typed meanwhile stays
    if (isDone) setOctets((now) => now === octets ? undefined : now);
  };
  return (
    <Card title={t("federation.tab_size")}>
      <Lead>{t("size.text")}</Lead>
      {failed && <Failure error={failed} />}
      {now === undefined && !failed && <Loading />}
      {now !== undefined && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const value = String(octets ?? now);
            void change(() => call("settings.set", { name: NAME, value }));
          }}
        >
          <p>
            <strong>{t("size.now", { size: formatBytes(now) })}</strong>{" "}
            {setting.data && t(`size.source_${setting.data.source}`)}
          </p>
          <SizeField
            label={t("size.limit")}
            value={octets ?? now}
            error={action.error}
            onChange={setOctets}
          />
          <div class="buttons">
            <Button
              submit
              kind="primary"
              busy={action.busy}
              disabled={octets === undefined || octets === now}
            >
              {t("people.save")}
            </Button>
            {setting.data?.source === "db" && (
              <Button
                onClick={() =>
                  void change(() => call("settings.reset", { name: NAME }))}
              >
                {t("size.reset")}
              </Button>
            )}
          </div>
        </form>
      )}
    </Card>
  );
}

/** In which language the web site speaks to those who ask for none that there is. @module */
import type { JSX } from "preact";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { LANGUAGES, t } from "../i18n/translate.ts";
import { attempt } from "../parts/action.ts";
import { Button } from "../ui/button.tsx";
import { Choice } from "../ui/choice.tsx";
import { Card } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";

interface LanguageStatus {
  readonly current: string;
  readonly config_default: string;
  readonly source: "db" | "config";
}

export function SiteLanguage(): JSX.Element {
  const status = useOperation<LanguageStatus>("language.status", {}, {
    events: ["settings"],
  });
  const { data } = status;
  const reset = async () => {
    await attempt(() => call("language.reset"), t("people.saved"));
    await status.refresh();
  };
  return (
    <Card title={t("site_language.title")}>
      {status.error && <Failure error={status.error} />}
      {status.loading && <Loading />}
      {data && (
        <div class="stack">
          <Choice
            label={t("site_language.fallback")}
            hint={t("site_language.hint")}
            value={data.current}
            options={[
              ["auto", t("site_language.auto")],
              ...Object.entries(LANGUAGES),
            ]}
            change={async (language) => {
              await call("language.set", { language });
              toast(t("people.saved"), "good");
              await status.refresh();
            }}
          />
          {data.source === "db" && (
            <div class="buttons">
              <Button onClick={() => void reset()}>
                {t("size.reset")}
              </Button>
            </div>
          )}
        </div>
      )}
    </Card>
  );
}

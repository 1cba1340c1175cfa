/** In which language the web site speaks to those who ask for none that there is. @module */
import type { JSX } from "preact";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { LANGUAGES, t } from "../i18n/translate.ts";
import { attempt } from "../parts/action.ts";
import { Button } from "../ui/button.tsx";
import { SelectField } from "../ui/fields.tsx";
import { Card } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";

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
  const change = async (work: () => Promise<unknown>) => {
    await attempt(work, t("people.saved"));
    await status.refresh();
  };
  return (
    <Card title={t("site_language.title")}>
      {status.error && <Failure error={status.error} />}
      {status.loading && <Loading />}
      {data && (
        <div class="stack">
          <SelectField
            label={t("site_language.fallback")}
            hint={t("site_language.hint")}
            value={data.current}
            options={[
              ["auto", t("site_language.auto")],
              ...Object.entries(LANGUAGES),
            ]}
            onChange={(language) =>
              void change(() => call("language.set", { language }))}
          />
          {data.source === "db" && (
            <div class="buttons">
              <Button onClick={() => void change(() => call("language.reset"))}>
                {t("size.reset")}
              </Button>
            </div>
          )}
        </div>
      )}
    </Card>
  );
}

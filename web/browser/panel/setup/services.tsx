/** What the relay does, and for whom: switches with what they mean. @module */
import type { JSX } from "preact";
import { call } from "../client/call.ts";
import { Link } from "../client/router.ts";
import { useOperation } from "../client/use_operation.ts";
import { t } from "../i18n/translate.ts";
import { ask } from "../ui/ask.tsx";
import { Choice } from "../ui/choice.tsx";
import { Badge, Card, Page } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";
import { Toggle } from "../ui/toggle.tsx";
import { CallTest } from "./try_call.tsx";
import { choicesOf, named, useSchema } from "./schema.ts";
import type { SettingField } from "./shapes.ts";
import { type ServiceRow, SERVICES } from "./service_rows.ts";
import { SettingForm } from "./setting_form.tsx";

interface Part {
  readonly name: string;
  readonly state: "starting" | "running" | "failed" | "stopped";
  readonly error?: string;
}

export function Services(): JSX.Element {
  const { data, error, refresh } = useSchema();
  const { data: status } = useOperation<{ parts: readonly Part[] }>(
    "status",
    {},
    { events: ["settings", "reload"] },
  );
  return (
    <Page title={t("screen.services")}>
      {error && <Failure error={error} retry={refresh} />}
      {!data && !error && <Loading lines={8} />}
      {data && SERVICES.map(({ title, rows }) => {
        const known = rows.filter(({ key }) => named(data.settings, key));
        if (known.length === 0) return null;
        return (
          <Card key={title} title={t(title)}>
            <div class="stack">
              {known.map((row) => (
                <Service
                  key={row.key}
                  row={row}
                  settings={data.settings}
                  part={status?.parts.find(({ name }) => name === row.part)}
                  refresh={refresh}
                />
              ))}
            </div>
          </Card>
        );
      })}
      {data && <CallTest />}
    </Page>
  );
}

interface ServiceProps {
  readonly row: ServiceRow;
  readonly settings: readonly SettingField[];
  readonly part: Part | undefined;
  readonly refresh: () => Promise<void>;
}

function Service({ row, settings, part, refresh }: ServiceProps) {
  const field = named(settings, row.key)!;
  const values = (row.values ?? []).flatMap((key) =>
    settings.filter((one) => one.key === key)
  );
  return (
    <div class="service">
      {field.type === "flag"
        ? (
          <ServiceSwitch
            row={row}
            field={field}
            part={part}
            refresh={refresh}
          />
        )
        : (
          <Choice
            label={t(`service.${row.key}`)}
            hint={<Explanation row={row} part={part} />}
            disabled={field.locked}
            value={field.value}
            options={choicesOf(field)}
            change={async (value) => {
              await call("settings.set", { name: row.key, value });
              toast(t("setting.saved"), "good");
              await refresh();
            }}
          />
        )}
      {values.length > 0 && (
        <details>
          <summary>{t("service.values")}</summary>
          <SettingForm fields={values} onSaved={refresh} />
        </details>
      )}
    </div>
  );
}

function ServiceSwitch(
  { row, field, part, refresh }: {
    readonly row: ServiceRow;
    readonly field: SettingField;
    readonly part: Part | undefined;
    readonly refresh: () => Promise<void>;
  },
) {
  return (
    <Toggle
      label={t(`service.${row.key}`)}
      hint={<Explanation row={row} part={part} />}
      value={field.value === "true"}
      disabled={field.locked}
      change={async (value) => {
        await call("settings.set", { name: row.key, value: String(value) });
        await refresh();
      }}
      ask={async (value) => {
        const question = value ? row.askOn : row.askOff;
        if (question === undefined) return true;
        return await ask({
          title: t(`service.${row.key}`),
          text: t(question),
          confirmLabel: t(value ? "service.turn_on" : "service.turn_off"),
          danger: !value,
        });
      }}
    />
  );
}

const KINDS = {
  starting: "warn",
  running: "good",
  failed: "bad",
  stopped: "plain",
} as const;

function Explanation(
  { row, part }: { readonly row: ServiceRow; readonly part: Part | undefined },
) {
  return (
    <>
      {t(`service.${row.key}.text`)}{" "}
      {part && <Badge kind={KINDS[part.state]}>{t(`part.${part.state}`)}
      </Badge>} {part?.error && <bdi lang="en">{part.error}</bdi>}
      {row.to && (
        <>
          {" "}
          <Link to={row.to}>{t("service.more")}</Link>
        </>
      )}
    </>
  );
}

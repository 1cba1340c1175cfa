/** How long mail and accounts are kept without anybody doing anything. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { useOperation } from "../client/use_operation.ts";
import { t } from "../i18n/translate.ts";
import { useAction } from "../parts/action.ts";
import { Button } from "../ui/button.tsx";
import { DurationField } from "../ui/measures.tsx";
import { Card } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { Toggle } from "../ui/toggle.tsx";

const AGES = [
  "message_retention",
  "unused_account_retention",
  "inactive_account_retention",
] as const;

interface Setting {
  readonly key: string;
  readonly value: string;
}

export function Retention(): JSX.Element {
  const list = useOperation<{ readonly settings: readonly Setting[] }>(
    "settings.list",
    {},
    { events: ["settings"] },
  );
  const valueOf = (name: string) =>
    list.data?.settings.find(({ key }) => key === name)?.value ?? "";
  const flag = (name: string) => (
    <Toggle
      label={t(`retention.${name}`)}
      hint={t(`retention.${name}_hint`)}
      value={valueOf(name) === "true"}
      change={async (isOn) => {
        await call("settings.set", { name, value: String(isOn) });
        await list.refresh();
      }}
    />
  );
  return (
    <Card title={t("retention.title")}>
      {list.error && <Failure error={list.error} />}
      {list.loading && <Loading />}
      {list.data && (
        <div class="stack">
          {flag("message_retention_enabled")}
          {AGES.map((name) => (
            <Age
              key={name}
              name={name}
              value={valueOf(name)}
              onStored={list.refresh}
            />
          ))}
          {flag("auto_purge_seen")}
        </div>
      )}
    </Card>
  );
}

interface AgeProps {
  readonly name: string;
  readonly value: string;
  readonly onStored: () => Promise<void>;
}

function Age({ name, value, onStored }: AgeProps) {
  const [age, setAge] = useState<string>();
  const action = useAction();
  const isChanged = age !== undefined && age !== value;
  return (
    <form
      class="with-save"
      onSubmit={async (event) => {
        event.preventDefault();
        if (!isChanged) return;
        const work = async () => {
          await call("settings.set", { name, value: age === "" ? "0" : age });
          await onStored();
        };
        if (!await action.run(work, t("people.saved"))) return;
        // what was typed meanwhile stays
        setAge((now) => now === age ? undefined : now);
      }}
    >
      <DurationField
        label={t(`retention.${name}`)}
        hint={t(`retention.${name}_hint`)}
        value={age ?? value}
        error={action.error}
        onChange={setAge}
      />
      {isChanged && (
        <Button submit kind="primary" busy={action.busy}>
          {t("people.save")}
        </Button>
      )}
    </form>
  );
}

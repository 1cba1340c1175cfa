/** Some settings on a screen that they belong to. @module */
import type { JSX } from "preact";
import { Card } from "../ui/page.tsx";
import { Failure, Loading } from "../ui/state.tsx";
import { useSchema } from "./schema.ts";
import type { SettingField } from "./shapes.ts";
import { SettingForm } from "./setting_form.tsx";

export interface SettingGroupProps {
  readonly title: string;
  /** Those that the server does not know are left out. */
  readonly keys: readonly string[];
}

export function SettingGroup(
  { title, keys }: SettingGroupProps,
): JSX.Element {
  const { data, error, refresh } = useSchema();
  return (
    <Card title={title}>
      {error && <Failure error={error} retry={refresh} />}
      {!data && !error && <Loading />}
      {data && (
        <SettingForm
          fields={fieldsOf(data.settings, keys)}
          onSaved={refresh}
        />
      )}
    </Card>
  );
}

function fieldsOf(
  settings: readonly SettingField[],
  keys: readonly string[],
): readonly SettingField[] {
  return keys.flatMap((key) => settings.filter((field) => field.key === key));
}

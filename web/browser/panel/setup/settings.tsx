/** Every setting there is, by what it is about. @module */
import type { JSX } from "preact";
import { useKept, WORDS } from "../client/kept_query.ts";
import { t, tOr } from "../i18n/translate.ts";
import { Search } from "../parts/search.tsx";
import { Card, Page } from "../ui/page.tsx";
import { Empty, Failure, Loading } from "../ui/state.tsx";
import { labelOf, summaryOf, useSchema } from "./schema.ts";
import type { SettingField } from "./shapes.ts";
import { SettingForm } from "./setting_form.tsx";

const FIELDS = { search: WORDS };

export function AllSettings(): JSX.Element {
  const { data, error, refresh } = useSchema();
  const [{ search }, setQuery] = useKept(FIELDS);
  const wanted = search.trim().toLowerCase();
  const found = (data?.settings ?? []).filter((field) =>
    `${field.key} ${labelOf(field.key)} ${field.toml ?? ""} ${summaryOf(field)}`
      .toLowerCase().includes(wanted)
  );
  return (
    <Page title={t("screen.settings")}>
      <Search
        label={t("setting.search")}
        value={search}
        onSearch={(search) => setQuery({ search })}
      />
      {error && <Failure error={error} retry={refresh} />}
      {!data && !error && <Loading lines={8} />}
      {data && found.length === 0 && <Empty title={t("setting.none")} />}
      {sections(found).map(([section, fields]) => (
        <Card key={section} title={tOr(`section.${section}`, section)}>
          <SettingForm fields={fields} onSaved={refresh} />
        </Card>
      ))}
    </Page>
  );
}

/** By the section of the file; of ports, those that are in none. */
function sections(
  fields: readonly SettingField[],
): readonly (readonly [string, readonly SettingField[]])[] {
  const found = new Map<string, SettingField[]>();
  for (const field of fields) {
    const section = field.toml?.split(".")[0] ?? otherSection(field.key);
    const known = found.get(section) ?? [];
    known.push(field);
    found.set(section, known);
  }
  return [...found];
}

function otherSection(key: string): string {
  return /_(?:port|local_only|enabled)$/.test(key) ? "listen" : "other";
}

/** Settings as the server describes them: forms are made of these. @module */
import { useOperation, type Watched } from "../client/use_operation.ts";
import { has, t, tOr } from "../i18n/translate.ts";
import type { SettingField } from "./shapes.ts";

export function useSchema(): Watched<
  { readonly settings: readonly SettingField[] }
> {
  return useOperation<{ readonly settings: readonly SettingField[] }>(
    "settings.schema",
    {},
    { events: ["settings", "reload"] },
  );
}

export function named(
  settings: readonly SettingField[],
  key: string,
): SettingField | undefined {
  return settings.find((field) => field.key === key);
}

const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
};

/** Octets of `100M`; undefined for what is none, as an empty text. */
export function octetsOf(text: string): number | undefined {
  const match = /^(\d+)([KMG]?)$/.exec(text);
  const factor = FACTORS[match?.[2] ?? ""];
  return match && factor !== undefined ? Number(match[1]) * factor : undefined;
}

/** Whether a field for durations can show it: one number and one unit. */
export function isSimpleSpan(text: string): boolean {
  return text === "" || /^\d+[smhd]$/.test(text);
}

/** What may be chosen for it: in words of its own, in those of others, or as it is written. */
export function choicesOf(
  { key, options }: SettingField,
): readonly (readonly [string, string])[] {
  return (options ?? []).map((name) => [
    name,
    tOr(`choice.${key}.${name}`, tOr(`choice.${name}`, name)),
  ]);
}

/** A setting that each listener has: its name, and which of them. */
function ofListener(key: string): readonly [string, string] | undefined {
  const [, name, what] = /^(\w+)_(port|local_only|enabled)$/.exec(key) ?? [];
  return name !== undefined && what !== undefined ? [name, what] : undefined;
}

/** In the reader's words; of listeners there are three each. */
export function labelOf(key: string): string {
  for (const known of [`setting.${key}`, `service.${key}`]) {
    if (has(known)) return t(known);
  }
  const [name, what] = ofListener(key) ?? [];
  return name === undefined ? key : t(`setting.of_listener.${what}`, {
    service: tOr(`listener.${name}`, name),
  });
}

/** What it does; in English where only a newer server knows. */
export function summaryOf({ key, summary }: SettingField): string {
  for (const known of [`summary.${key}`, `service.${key}.text`]) {
    if (has(known)) return t(known);
  }
  const [name, what] = ofListener(key) ?? [];
  return name === undefined ? summary : t(`summary.of_listener.${what}`, {
    key: `listen.${name}`,
  });
}

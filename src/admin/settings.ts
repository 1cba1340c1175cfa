/** Settings of every kind, by name. @module */
import { isSettingName } from "../settings/registry.ts";
import type { SettingView } from "../settings/settings.ts";
import { Refusal } from "../base/refusal.ts";
import type { AdminContext } from "./context.ts";

export interface SettingShape {
  readonly key: string;
  readonly value: string;
  readonly source: "db" | "config" | "default";
  readonly default: string;
  readonly kind: string;
  readonly effect: "live" | "rebind";
  readonly summary: string;
}

export function listSettings(
  context: AdminContext,
): { settings: readonly SettingShape[] } {
  return { settings: context.settings.list().map(shape) };
}

/** @throws {Refusal} `not_found` */
export function getSetting(context: AdminContext, name: string): SettingShape {
  if (isSettingName(name)) return shape(context.settings.view(name));
  throw new Refusal("not_found", {
    explanation: `No setting is named "${name}"`,
  });
}

/** @throws {Refusal} `not_found`, `invalid_value` */
export async function setSetting(
  context: AdminContext,
  name: string,
  value: string,
): Promise<SettingShape> {
  await context.settings.set(name, value);
  return getSetting(context, name);
}

/** Back to the file's or the built-in value. @throws {Refusal} `not_found` */
export async function resetSetting(
  context: AdminContext,
  name: string,
): Promise<SettingShape> {
  await context.settings.reset(name);
  return getSetting(context, name);
}

function shape({ name, ...view }: SettingView): SettingShape {
  return { key: name, ...view };
}

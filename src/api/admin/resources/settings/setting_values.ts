/** One setting as other relays show it and take it. @module */
import { parseDuration } from "../../../../base/durations.ts";
import { Refusal } from "../../../../base/refusal.ts";
import type { AdminContext } from "../../../../admin/context.ts";
import { invalidField } from "../../../../admin/operation.ts";
import {
  isSettingName,
  type SettingName,
  settingNamed,
} from "../../../../settings/registry.ts";
import { perform } from "../action.ts";
import type { PeerForm, PeerSetting } from "./peer_settings.ts";

export interface SettingValueShape {
  readonly key: string;
  readonly value: string;
  /** Whether it is stored, and not the file's or built in. */
  readonly is_set: boolean;
  readonly restart_required: boolean;
  readonly secret?: true;
  readonly new_path?: string;
}

/** Nothing longer is a value of theirs. */
const LONGEST_VALUE = 4096;
const BREAKS = /[\0\r\n]/;

export function settingOf({ setting }: PeerSetting): SettingName | undefined {
  return setting !== undefined && isSettingName(setting) ? setting : undefined;
}

export function valueShape(
  { settings }: AdminContext,
  peer: PeerSetting,
): SettingValueShape {
  const shape = { key: peer.key, restart_required: false };
  const name = settingOf(peer);
  if (name === undefined) return { ...shape, value: "", is_set: false };
  const { value, source } = settings.view(name);
  const isSet = source === "db";
  if (settingNamed(name).kind.secret) {
    return { ...shape, value: "", is_set: isSet, secret: true };
  }
  return {
    ...shape,
    value: isSet || peer.showsUnset ? written(peer.form, value) : "",
    is_set: isSet,
  };
}

/** @throws {Refusal} `invalid_value`, or `already_exists` for a port that somebody has */
export async function setValue(
  context: AdminContext,
  peer: PeerSetting,
  value: string,
): Promise<SettingValueShape> {
  const name = known(peer);
  if (value === "") throw invalidField("value", "must not be empty");
  if (value.length > LONGEST_VALUE || BREAKS.test(value)) {
    throw invalidField(
      "value",
      `must be one line of up to ${LONGEST_VALUE} characters`,
    );
  }
  const text = ownText(peer, value);
  await change(
    name,
    text,
    () => perform(context, "settings.set", { name, value: text }),
  );
  if (name === "admin_web_path") { // who moves the panel means to see it
    await perform(context, "settings.set", {
      name: "admin_web_enabled",
      value: "true",
    });
  }
  const shape = valueShape(context, peer);
  return {
    ...shape,
    // who has just said it is told nothing new
    ...(shape.secret ? { value } : {}),
    ...newPath(context, name),
  };
}

/** @throws {Refusal} */
export async function resetValue(
  context: AdminContext,
  peer: PeerSetting,
): Promise<SettingValueShape> {
  const name = settingOf(peer);
  if (name === undefined) return valueShape(context, peer);
  await perform(context, "settings.reset", { name });
  return { ...valueShape(context, peer), ...newPath(context, name) };
}

/** Where whoever asks finds what has moved, from now on. */
function newPath({ settings }: AdminContext, name: SettingName) {
  return name === "admin_path" || name === "admin_web_path"
    ? { new_path: settings.get(name) }
    : {};
}

/** What we write for what they write. */
export function ownText({ form }: PeerSetting, value: string): string {
  // theirs are seconds wherever no unit is said
  return form !== "text" && /^\d{1,15}$/.test(value) ? `${value}s` : value;
}

function known(peer: PeerSetting): SettingName {
  const name = settingOf(peer);
  if (name !== undefined) return name;
  throw new Refusal("invalid_value", {
    field: "value",
    explanation: peer.absence ?? `${peer.name} does not exist on this relay`,
  });
}

/** A number that is a port, and yet refused, is one that cannot be had. */
async function change(
  name: SettingName,
  text: string,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (
      !(error instanceof Refusal) || error.code !== "invalid_value" ||
      !name.endsWith("_port") || !isReadable(name, text)
    ) throw error;
    throw new Refusal("already_exists", { ...error.detail, field: "value" });
  }
}

function isReadable(name: SettingName, text: string): boolean {
  try {
    settingNamed(name).kind.parse(text);
    return true;
  } catch {
    return false;
  }
}

export function written(form: PeerForm, value: string): string {
  switch (form) {
    case "text":
      return value;
    case "seconds":
      return String(parseDuration(value));
    case "days": // others know no weeks
      return value.replace(/^(\d+)w$/, (_, weeks) => `${7 * Number(weeks)}d`);
  }
}

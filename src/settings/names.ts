/**
 * Which setting a name means that a person wrote: its own name, one under which
 * other relays have it, or its key of the configuration file.
 *
 * @module
 */
import { Refusal } from "../base/refusal.ts";
import { nearest } from "../config/nearest.ts";
import { isKeyName } from "../config/schema.ts";
import {
  isSettingName,
  SETTING_NAMES,
  type SettingName,
  settingNamed,
} from "./registry.ts";

/** As the guides of other relays have them. */
const ALSO_CALLED: Readonly<Record<string, SettingName>> = {
  admin_web: "admin_web_enabled",
  appendlimit: "max_message_size",
  jit_registration_enabled: "jit_registration",
  language: "web_language",
  retention: "message_retention",
  ss_cipher: "shadowsocks_cipher",
  ss_enabled: "shadowsocks_enabled",
  ss_password: "shadowsocks_password",
  ss_port: "shadowsocks_port",
  turns_port: "turn_tls_port",
  webimap: "webimap_enabled",
  websmtp: "websmtp_enabled",
};

/** @throws {Refusal} `not_found`, with the name that may be meant */
export function settingMeant(name: string): SettingName {
  const found = findSetting(name);
  if (found !== undefined) return found;
  throw new Refusal("not_found", {
    explanation: `No setting is named "${name}"${hint(name)}`,
  });
}

function findSetting(name: string): SettingName | undefined {
  if (isSettingName(name)) return name;
  if (Object.hasOwn(ALSO_CALLED, name)) return ALSO_CALLED[name];
  return SETTING_NAMES.find((one) => settingNamed(one).toml === name);
}

function hint(name: string): string {
  if (isKeyName(name)) {
    return `: it is a key of the file, for "config set ${name}"`;
  }
  const meant = nearest(name, SETTING_NAMES);
  return meant === undefined ? "" : `, did you mean ${meant}?`;
}

/** What clients have to know to come through Shadowsocks. @module */
import type { Random } from "../../../base/random.ts";
import type { Settings } from "../../../settings/settings.ts";
import {
  SECRET_OCTETS,
  secretOfOctets,
} from "../../../shadowsocks/proto/shared_key.ts";

/** Makes a password where there is none. */
export async function ensurePassword(
  settings: Settings,
  random: Random,
): Promise<void> {
  if (settings.get("shadowsocks_password") !== "") return;
  await newPassword(settings, random);
}

/** In place of the one there is; clients with the old one are gone. */
export async function newPassword(
  settings: Settings,
  random: Random,
): Promise<void> {
  const password = secretOfOctets(random(SECRET_OCTETS));
  await settings.set("shadowsocks_password", password);
}

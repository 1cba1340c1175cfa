/** What clients have to know to come through a tunnel. @module */
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

const CREDENTIAL_OCTETS = {
  http_proxy_username: 6,
  http_proxy_password: 16,
} as const;

/** Makes user name and password of CONNECT where they are not there. */
export async function ensureCredentials(
  settings: Settings,
  random: Random,
): Promise<void> {
  for (
    const name of ["http_proxy_username", "http_proxy_password"] as const
  ) if (settings.get(name) === "") await newCredential(settings, random, name);
}

/** In place of the one there is; clients with the old one are gone. */
export async function newCredential(
  settings: Settings,
  random: Random,
  name: keyof typeof CREDENTIAL_OCTETS,
): Promise<void> {
  await settings.set(name, random(CREDENTIAL_OCTETS[name]).toHex());
}

/** Contact links of the relay, and when there are any. @module */
import type { SharingBackend } from "../../api/sharing/backend.ts";
import type { Config } from "../../config/schema.ts";
import type { Settings } from "../../settings/settings.ts";
import {
  type ShareOptions,
  Shares,
  type SharesParts,
} from "../../sharing/shares.ts";
import { reservedWords } from "./reserved_words.ts";

interface Surroundings {
  readonly settings: Settings;
  config(): Config;
}

export function openShares(
  parts: Omit<SharesParts, "options"> & Surroundings,
): Promise<Shares> {
  return Shares.open({ ...parts, options: shareOptions(parts) });
}

function shareOptions({ config, settings }: Surroundings): ShareOptions {
  return {
    reserved: () => reservedWords(config(), settings),
    maxAgeSeconds: () => config().sharing.maxAge,
    unusedSeconds: () => config().sharing.unusedAfter,
  };
}

/** None while the site hides, where each would tell that something is here, or has no pages. */
export function sharingBackend(
  shares: Shares,
  { settings, config }: Surroundings,
): SharingBackend {
  return {
    shares,
    isOn: () => isSharing(settings, config()),
    perTenMinutes: () => config().sharing.perTenMinutes,
  };
}

export function isSharing(settings: Settings, { web }: Config): boolean {
  return web.enabled && settings.get("sharing_enabled") &&
    settings.get("web_stealth") === "off";
}

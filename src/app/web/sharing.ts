/** Contact links of the relay, and when there are any. @module */
import type { SharingBackend } from "../../api/sharing/backend.ts";
import type { Config } from "../../config/schema.ts";
import type { Settings } from "../../settings/settings.ts";
import { foldSlug } from "../../sharing/slug.ts";
import {
  type ShareOptions,
  Shares,
  type SharesParts,
} from "../../sharing/shares.ts";

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

/** What the operator says, and the first parts of paths that can be chosen. */
function reservedWords({ sharing }: Config, settings: Settings): string[] {
  const paths = [settings.get("admin_path"), settings.get("admin_web_path")];
  return [...sharing.reservedSlugs, ...paths.map((path) => path.split("/")[1]!)]
    .map(foldSlug);
}

/** None while the site hides: each would tell that something is here. */
export function sharingBackend(
  shares: Shares,
  { settings, config }: Surroundings,
): SharingBackend {
  return {
    shares,
    isOn: () => isSharing(settings),
    perTenMinutes: () => config().sharing.perTenMinutes,
  };
}

export function isSharing(settings: Settings): boolean {
  return settings.get("sharing_enabled") &&
    settings.get("web_stealth") === "off";
}

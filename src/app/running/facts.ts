/** Facts about the machine, for the running server and for `config check`. @module */
import { open, statfs } from "node:fs/promises";
import { resolve } from "node:path";
import type { Facts } from "../../admin/condition_facts.ts";
import type { Config } from "../../config/schema.ts";
import { ASKERS, type Places } from "../../dns/places.ts";
import { openFault } from "../../files/file_limit.ts";
import type { Settings } from "../../settings/settings.ts";

/** Files beside connections: database, content, log, listeners. */
const OTHER_FILES = 256;

/** Empty where the disk cannot be asked. */
export async function diskFacts(
  directory: string,
  minFreeOctets: number,
): Promise<Pick<Facts, "disk">> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return { disk: { freeOctets: bavail * bsize, minFreeOctets } };
  } catch {
    return {};
  }
}

/** What tells strangers who look that it is not the site that it shows. */
export async function stealthGaps(
  settings: Settings,
  { server, web }: Config,
): Promise<string[]> {
  const mode = settings.get("web_stealth");
  if (mode === "off") return [];
  const gaps: string[] = [];
  if (
    settings.get("registration_open") &&
    !settings.get("registration_token_required")
  ) {
    gaps.push('anybody gets an account: "registration token-required on"');
  }
  if (mode === "decoy" && web.decoyDir !== "") {
    const index = resolve(server.stateDir, web.decoyDir, "index.html");
    try {
      await (await open(index)).close();
    } catch {
      gaps.push("web.decoy_dir has no index.html that can be read");
    }
  }
  return gaps;
}

/**
 * Descriptors that may be wanted at once. Real-time channels are not among them:
 * they have what is left (`RelayIroh`).
 */
export function neededFiles(
  { smtp, submission, imap, turn }: Config,
): number {
  return smtp.maxConnections + submission.maxConnections +
    imap.maxConnections + turn.maxAllocations + OTHER_FILES;
}

export function openFileFacts(
  config: Config,
  limit: number | undefined,
): Pick<Facts, "openFiles" | "openFault"> {
  const fault = openFault();
  const needed = neededFiles(config);
  return {
    ...(limit === undefined ? {} : { openFiles: { limit, needed } }),
    ...(fault === undefined ? {} : { openFault: fault }),
  };
}

/** Told for so long after the last one. */
const REFUSED_MS = 60_000;

/** What kinds of look-ups found no place not long ago, and how many since the start. */
export function refusedLookUps(
  places: Pick<Places, "figures" | "hasRefused">,
): string[] {
  if (!places.hasRefused(REFUSED_MS)) return [];
  return ASKERS.flatMap((asker) => {
    const { refused } = places.figures(asker);
    return refused === 0 ? [] : `${asker}: ${refused}`;
  });
}

/**
 * Reads configuration file and certificate again. Whatever differs is named
 * once: in force, hidden by a setting, or in force after a restart. A file that
 * cannot be used changes nothing.
 *
 * @module
 */
import type { ReloadReport, ReloadScope } from "../../admin/live_server.ts";
import {
  LISTENER_NAMES,
  type ListenerName,
} from "../../config/listener_table.ts";
import type { LoadedConfig } from "../../config/load.ts";
import { ConfigError } from "../../config/problems.ts";
import { logShape } from "./log_shape.ts";
import { takeOver, withOld } from "../../config/reload.ts";
import type { KeyName } from "../../config/schema.ts";
import { formatAddress } from "../../net/listener.ts";
import { SETTING_NAMES, settingNamed } from "../../settings/registry.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Assembly } from "../assembly.ts";
import { readFiles } from "./certificate_files.ts";
import { certificateSource, withCertificateSettings } from "../certificates.ts";

export interface ReloadParts {
  readonly assembly: Assembly;
  /** @throws {ConfigError} */
  reread(): LoadedConfig;
  /** @throws {BindFailure} */
  listen(name: ListenerName): Promise<void>;
}

/** What one reload has found so far. */
class Findings {
  readonly changed = new Set<string>();
  readonly errors: string[] = [];
  restart: readonly KeyName[] = [];
  hidden: ReloadReport["hidden"] = [];

  /** Says whether it worked. */
  async attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      this.errors.push(messageOf(error));
      return false;
    }
  }
}

export async function reloadRelay(
  scope: ReloadScope,
  parts: ReloadParts,
): Promise<ReloadReport> {
  const report = await reload(scope, parts);
  const isWell = report.invalid === undefined && report.errors.length === 0;
  parts.assembly.relay.journal.metrics.count(
    "settings_reloads_total",
    isWell ? "ok" : "failed",
  );
  return report;
}

async function reload(
  scope: ReloadScope,
  parts: ReloadParts,
): Promise<ReloadReport> {
  const { certificates, conditions, log } = parts.assembly;
  const found = new Findings();
  if (scope === "tls") {
    await found.attempt(async () => {
      if (await readFiles(parts.assembly, () => certificates.reload())) {
        found.changed.add("tls");
      }
    });
  } else {
    let fresh: LoadedConfig;
    try {
      fresh = parts.reread();
    } catch (error) {
      if (!(error instanceof ConfigError)) {
        parts.assembly.relay.reportBug(error);
      }
      const invalid = messageOf(error);
      for (const message of invalid.split("\n")) {
        log.operational({ event: "config_error", message });
      }
      return { ...found, changed: [], invalid };
    }
    await useFile(fresh, scope, parts, found);
  }
  log.reopen();
  const { errors, restart, hidden } = found;
  const changed = [...found.changed];
  for (const message of errors) {
    log.operational({ event: "config_error", message });
  }
  log.operational({ event: "reloaded", changed, restart });
  await conditions.tell();
  return { changed, restart, hidden, errors };
}

async function useFile(
  fresh: LoadedConfig,
  scope: ReloadScope,
  { assembly, listen }: ReloadParts,
  found: Findings,
): Promise<void> {
  const { current, log, relay, certificates, listeners } = assembly;
  const old = current.loaded;
  const change = takeOver(old, fresh);
  const { settings, reported } = relay;
  let { loaded } = change;
  found.restart = change.restart;
  change.changed.forEach((key) => found.changed.add(key));
  if (scope === "all" || change.changed.some(leadsToCertificate)) {
    const worked = await found.attempt(async () => {
      const source = certificateSource(
        withCertificateSettings(loaded.values, settings),
      );
      if (await certificates.use(source)) found.changed.add("tls");
    });
    if (!worked) {
      loaded = withOld(loaded, old, leadsToCertificate);
      change.changed.filter(leadsToCertificate).forEach((key) =>
        found.changed.delete(key)
      );
    }
  }
  current.loaded = loaded;
  const { level, lock } = loaded.values.log;
  log.useFile(
    { configured: level, locked: lock },
    logShape(loaded.values.log),
  );
  const { refused } = await settings.useConfig(loaded);
  for (const { name, reason } of refused) {
    found.errors.push(`${name}: ${reason}`);
    found.changed.delete(settingNamed(name).toml ?? name);
  }
  for (const name of LISTENER_NAMES) {
    const bound = () => listeners.bound(name).map(formatAddress).join();
    const before = bound();
    const worked = await found.attempt(() => listen(name));
    if (!worked) found.changed.delete(`listen.${name}`);
    else if (bound() !== before) found.changed.add(`listen.${name}`);
  }
  found.hidden = hiddenKeys(settings, change.changed);
  found.hidden.forEach(({ key }) => found.changed.delete(key));
  if (change.restart.length === 0) reported.clear("restart_needed");
  else reported.report("restart_needed", change.restart.join(", "));
}

/** Keys whose value in the file a setting of the database stands in front of. */
function hiddenKeys(
  settings: Settings,
  changed: readonly KeyName[],
): ReloadReport["hidden"] {
  return SETTING_NAMES.flatMap((setting) => {
    const key = settingNamed(setting).toml;
    if (key === undefined || !changed.includes(key)) return [];
    return settings.view(setting).source === "db" ? [{ key, setting }] : [];
  });
}

const CERTIFICATE_KEYS: readonly KeyName[] = [
  "tls.mode",
  "tls.cert",
  "tls.key",
  "tls.extra",
  "tls.self_signed_days",
];

function leadsToCertificate(key: KeyName): boolean {
  return CERTIFICATE_KEYS.includes(key);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

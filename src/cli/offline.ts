/**
 * Admin operations on the database alone, while no server runs: this process
 * then holds the lock that a server would.
 *
 * @module
 */
import { existsSync } from "node:fs";
import type { LinkFacts } from "../accounts/login_link.ts";
import type { CertificateAdmin } from "../admin/certificate_admin.ts";
import { logShape } from "../app/running/log_shape.ts";
import { closeRelay } from "../app/close_relay.ts";
import {
  bundlePath,
  certificateSource,
  openCertificates,
  withCertificateSettings,
} from "../app/certificates.ts";
import { InstanceLock } from "../app/instance_lock.ts";
import { hostInstead, linkServers } from "../app/link_servers.ts";
import { openRehearsal, openRenewers } from "../app/names/authority.ts";
import {
  certificateAdmin,
  renewIfDue,
} from "../app/names/certificate_admin.ts";
import { TemporaryAnswers } from "../app/names/temporary_answers.ts";
import { connectName } from "../app/site_names.ts";
import { adminContext, buildRelay } from "../app/relay.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../app/system_time.ts";
import { systemRandom } from "../base/random.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { openLog } from "../observe/open_log.ts";
import { effectiveListeners } from "../settings/listeners.ts";
import { covers } from "../tls/certificate.ts";
import { CertificateStore } from "../tls/certificate_store.ts";
import type { OfflineRelay } from "./access.ts";
import { VERSION } from "./version.ts";

/**
 * @throws {AlreadyRunning} while a server has the store
 * @throws {Error} why the store cannot be opened
 */
export async function openOffline(loaded: LoadedConfig): Promise<OfflineRelay> {
  const { stateDir } = loaded.values.server;
  const lock = await InstanceLock.take(stateDir, "command", SYSTEM_TIMERS);
  try {
    return await openLocked(loaded, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openLocked(
  loaded: LoadedConfig,
  lock: InstanceLock,
): Promise<OfflineRelay> {
  const { values: config } = loaded;
  const log = openLog({
    level: "off",
    targets: [],
    locked: true,
    shape: logShape(config.log),
    directory: config.server.stateDir,
    isOwnDomain: () => false,
    clock: SYSTEM_CLOCK,
    random: systemRandom,
  });
  const relay = await buildRelay({
    loaded,
    config: () => config,
    log,
    lock,
    version: VERSION,
    signUpUrl: () => undefined,
    renewCertificate: () => renewIfDue(certificates),
  });
  const certificateConfig = () =>
    withCertificateSettings(config, relay.settings);
  for (const name of ["tls_mode", "tls_files"] as const) {
    relay.settings.onChange(name, () => checkFiles(certificateConfig()));
  }
  const served = await servedCertificates(certificateConfig());
  const certificate = (name: string) => served?.trustedFor(name);
  // one that the server makes itself names all its domains
  const isCovered = (name: string) => !served || covers(served.for(name), name);
  function links(domain: string): LinkFacts {
    const listeners = effectiveListeners(config, relay.settings);
    const name = connectName(config, domain, isCovered);
    return {
      ...linkServers(
        name,
        relay.settings,
        (service) => listeners[service][0]?.port,
      ),
      publiclyTrusted: certificate(name) !== undefined,
      ...hostInstead(config, (host) => certificate(host) !== undefined),
    };
  }
  const answers = new TemporaryAnswers(SYSTEM_CLOCK);
  const authority = {
    ...relay,
    version: VERSION,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    ownSolvers: answers.solvers,
    config: certificateConfig,
    onIssued: () => Promise.resolve(), // the server looks at its file when it starts
  };
  const renewers = openRenewers(authority);
  const certificates: CertificateAdmin = certificateAdmin({
    ...authority,
    renewers,
    rehearsal: (email) => openRehearsal(authority, email),
    answering: (listen, work) =>
      answers.whileAnswering({
        http: listen,
        https: effectiveListeners(config, relay.settings).https,
        types: config.acme.challenges,
      }, work),
  });
  return {
    admin: adminContext(relay, () => config, {
      configFile: loaded.path,
      links,
      certificate,
      certificates,
    }),
    async close() {
      await renewers.close();
      await closeRelay(relay);
      lock.release();
    },
  };
}

/** A server that cannot serve them would not start. @throws {Error} why */
async function checkFiles(config: Config): Promise<void> {
  if (config.tls.mode !== "file") return;
  await CertificateStore.open(certificateSource(config), SYSTEM_CLOCK);
}

/** A self-signed one is left for the server to make, under its own user. */
async function servedCertificates(
  config: Config,
): Promise<CertificateStore | undefined> {
  const { mode } = config.tls;
  if (mode === "self_signed") return undefined;
  if (mode === "autocert" && !existsSync(bundlePath(config))) return undefined;
  try {
    return await openCertificates(config, SYSTEM_CLOCK);
  } catch {
    return undefined; // the server says what is wrong with it
  }
}

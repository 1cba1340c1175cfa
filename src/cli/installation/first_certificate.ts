/** The certificate that a relay begins with. @module */
import {
  bundlePath,
  certificateSource,
  openCertificates,
} from "../../app/certificates.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../../app/system_time.ts";
import type { Config } from "../../config/schema.ts";
import { pathsIn } from "../../tls/certificate_files.ts";
import type { Access } from "../access.ts";
import { describeFailure } from "../exit_codes.ts";

/** For longer no person waits; the server goes on. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 250;

/**
 * Waits until the authority has given one.
 *
 * @param isRunning The server orders it by itself then: a second order would count against it.
 * @returns Why there is none yet.
 */
export async function firstCertificate(
  access: Access,
  isRunning: boolean,
): Promise<string | undefined> {
  try {
    return isRunning ? await awaited(access) : await obtained(access);
  } catch (error) {
    const [first = ""] = describeFailure(error).message.split("\n");
    return first;
  } finally {
    await access.close();
  }
}

async function awaited(access: Access): Promise<string | undefined> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_MS) {
    const { cert_type, status, names, authority } = await access.call(
      "certificate.status",
      {},
    );
    const isGiven = cert_type !== undefined && cert_type !== "self-signed";
    if (isGiven && status === "valid") return undefined;
    const problem = names[0]?.problem ?? authority?.last_error;
    if (problem && !authority?.ordering) return problem;
    await SYSTEM_TIMERS.sleep(LOOK_MS);
  }
  return "it takes more than a minute";
}

async function obtained(access: Access): Promise<string | undefined> {
  const { action, detail } = await access.call("certificate.obtain", {});
  if (action === "issued") return undefined;
  const { cert_type } = await access.call("certificate.status", {});
  const isGiven = cert_type !== undefined && cert_type !== "self-signed";
  return isGiven ? undefined : detail;
}

/** Where it lies, made if it is one of the relay's own. */
export async function certificatePlace(
  config: Config,
): Promise<{ readonly cert: string; readonly key: string }> {
  const { tls } = config;
  if (tls.mode === "file") return tls;
  if (tls.mode === "autocert") {
    const both = bundlePath(config);
    return { cert: both, key: both };
  }
  await openCertificates(config, SYSTEM_CLOCK);
  const source = certificateSource(config);
  if (source.mode !== "self_signed") throw new TypeError("Another mode");
  const { chain, key } = pathsIn(source.directory);
  return { cert: chain, key };
}

/** Certificates from an authority, as the configuration says. @module */
import { join } from "node:path";
import type { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Config } from "../../config/schema.ts";
import { DnsHook } from "../../tls/acme/dns/dns_hook.ts";
import { Renewers } from "../../tls/acme/renewers.ts";
import type {
  AcmeOptions,
  CertificateTrouble,
  Outcome,
} from "../../tls/acme/renewer_parts.ts";
import type { ChallengeType, Solver } from "../../tls/acme/solvers.ts";
import { HttpsTransport } from "../../tls/acme/transport.ts";
import { AcmeTrouble } from "../../tls/acme/trouble.ts";
import type { Certificate } from "../../tls/certificate.ts";
import { pathsIn, readCertificate } from "../../tls/certificate_files.ts";
import { authorityFolder, orderedNames } from "../certificates.ts";
import { publicAddresses } from "./published.ts";
import {
  type AddressLookUps,
  cannotBeFound,
  leadsElsewhere,
} from "./wanted_names.ts";

export interface AuthorityParts {
  readonly version: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly dns: AddressLookUps;
  readonly reported: Pick<ReportedConditions, "report" | "clear">;
  /** Who show over our ports that a name is ours. */
  readonly ownSolvers: Readonly<
    Record<Exclude<ChallengeType, "dns-01">, Solver>
  >;
  config(): Config;
  onIssued(certificate: Certificate): Promise<void>;
  /** Of an order that was made in earnest. */
  onOutcome?(outcome: Outcome): void;
}

/** Where to try things out. */
interface Elsewhere {
  readonly folder: string;
  readonly directory: string;
}

export function openRenewers(
  parts: AuthorityParts,
  elsewhere?: Elsewhere,
): Renewers {
  const { clock, timers, dns, config, ownSolvers } = parts;
  return new Renewers({
    folder: elsewhere?.folder ?? authorityFolder(config()),
    clock,
    timers,
    random: Math.random,
    async options() {
      const options = await authorityOptions(config());
      return options && elsewhere
        ? { ...options, directory: elsewhere.directory }
        : options;
    },
    names: () => orderedNames(config()),
    obstacle: (name) =>
      leadsElsewhere(name, config(), dns, publicAddresses(config())),
    doubt: (name) =>
      cannotBeFound(name, config(), dns, publicAddresses(config())),
    solvers(signal) {
      const { challenges, dnsHook } = config().acme;
      return challenges.map((type) =>
        type === "dns-01" ? new DnsHook(dnsHook, signal) : ownSolvers[type]
      );
    },
    async transport() {
      const { caFile } = config().acme;
      const root = caFile === ""
        ? undefined
        : await readNamed("acme.ca_file", caFile);
      return new HttpsTransport(`postern/${parts.version}`, root);
    },
    onIssued: parts.onIssued,
    ...(elsewhere === undefined ? { keyBefore: () => ownKey(config()) } : {}),
    ...(elsewhere === undefined && parts.onOutcome
      ? { onOutcome: parts.onOutcome }
      : {}),
    onTrouble: (trouble) => tell(trouble, parts.reported),
  });
}

const PRODUCTION = "https://acme-v02.api.letsencrypt.org/directory";
const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";

/** One that keeps and tells nothing. @throws {Refusal} when no directory for that is known */
export function openRehearsal(
  parts: AuthorityParts,
  email: string | undefined,
): Renewers {
  const { acme } = parts.config();
  if (acme.directory !== PRODUCTION) {
    throw new Refusal("invalid_value", {
      explanation:
        `Only of Let's Encrypt it is known where to try things out, acme.directory is ${acme.directory}`,
    });
  }
  const folder = join(authorityFolder(parts.config()), "staging");
  return openRenewers(
    {
      ...parts,
      config() {
        const config = parts.config();
        return email === undefined
          ? config
          : { ...config, acme: { ...config.acme, email } };
      },
      reported: { report() {}, clear() {} },
      onIssued: () => Promise.resolve(),
    },
    { folder, directory: STAGING },
  );
}

/** undefined while certificates come from elsewhere. @throws {AcmeTrouble} */
async function authorityOptions(
  { tls, acme }: Config,
): Promise<AcmeOptions | undefined> {
  if (tls.mode !== "autocert" || !acme.agreeTos) return undefined;
  const external = acme.eabKid === "" ? {} : {
    external: {
      kid: acme.eabKid,
      hmacKey: await readNamed("acme.eab_hmac_file", acme.eabHmacFile),
    },
  };
  return {
    directory: acme.directory,
    account: { email: acme.email, ...external },
    profile: acme.profile,
    preferredChain: acme.preferredChain,
    keyType: tls.keyType,
    reuseKey: tls.reuseKey,
    renewFraction: acme.renewFraction,
  };
}

/** Who has seen one of our own knows its key. */
async function ownKey({ server }: Config): Promise<string | undefined> {
  const paths = pathsIn(join(server.stateDir, "tls"));
  const own = await readCertificate(paths).catch(() => undefined);
  return own?.keyPem;
}

function tell(
  trouble: CertificateTrouble | undefined,
  reported: AuthorityParts["reported"],
): void {
  if (!trouble) return reported.clear("certificate_not_issued");
  const { message, nextMs } = trouble;
  const next = nextMs === undefined
    ? ""
    : `; the next attempt is at ${timeOf(nextMs)}`;
  reported.report("certificate_not_issued", `${message}${next}`);
}

async function readNamed(key: string, path: string): Promise<string> {
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AcmeTrouble("refused", `${key} cannot be read: ${why}`);
  }
}

/** `2026-01-31 12:00Z` */
function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")}Z`;
}

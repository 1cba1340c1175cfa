/** What will keep an installed relay from working, as far as it can be seen before. @module */
import { networkInterfaces } from "node:os";
import { isIP } from "node:net";
import { hostnameOf } from "../../app/certificates.ts";
import { configuredResolver } from "../../app/resolver.ts";
import { SYSTEM_CLOCK } from "../../app/system_time.ts";
import type { Config } from "../../config/schema.ts";
import { canonicalAddress, isPublicAddress } from "../../dns/address_kind.ts";
import { DnsFailure } from "../../dns/answers.ts";
import type { Machine } from "../../ops/install/machine.ts";
import type { Places } from "../../ops/install/places.ts";
import {
  shortOfDisk,
  takenPorts,
  wrongDate,
} from "../../ops/install/preflight.ts";
import { readCertificate } from "../../tls/certificate_files.ts";
import { InstallRefused } from "../../ops/install/refused.ts";
import type { Seen } from "../../ops/install/wishes.ts";

/** What the DNS says of the name that clients connect to. */
export interface NameFacts {
  readonly seen: Pick<Seen, "publicAddresses">;
  readonly warnings: readonly string[];
  /** No authority would find this machine. */
  readonly isElsewhere: boolean;
}

const NOTHING: NameFacts = { seen: {}, warnings: [], isElsewhere: false };
const LOOK_UP_MS = 1500;

/** Where the name leads; nothing where that cannot be known. */
export async function lookUpName(
  config: Config,
  { isLive }: Machine,
): Promise<NameFacts> {
  const host = hostnameOf(config);
  if (!isLive || isIP(host) !== 0) return NOTHING;
  const { dns } = config;
  const timeout = Math.min(dns.timeout, LOOK_UP_MS);
  const resolver = configuredResolver(() => ({
    ...config,
    dns: { ...dns, timeout },
  }));
  const [ipv4, ipv6] = await Promise.all([
    known(() => resolver.ipv4(host)),
    known(() => resolver.ipv6(host)),
  ]);
  return nameFacts(
    host,
    ipv4 && ipv6 && [...ipv4, ...ipv6],
    [...config.server.publicIp, ...interfaceAddresses()],
  );
}

/**
 * @param addresses Of the name; undefined where nobody could tell
 * @param own Public ones of this machine; without an IPv4 one, it may be behind a router that has it.
 */
export function nameFacts(
  host: string,
  addresses: readonly string[] | undefined,
  own: readonly string[],
): NameFacts {
  if (addresses === undefined) return NOTHING;
  if (addresses.length === 0) {
    return {
      ...NOTHING,
      warnings: [`${host} has no address in the DNS yet`],
      isElsewhere: true,
    };
  }
  const isBehind = !own.some((one) => isIP(one) === 4);
  const strange = addresses.map(canonicalAddress).filter((one) =>
    !own.includes(one) && !(isBehind && isIP(one) === 4)
  );
  const first = addresses.find((one) => isIP(one) === 4);
  const isElsewhere = strange.length === addresses.length;
  const leads = isElsewhere ? "leads to" : "also leads to";
  return {
    seen: isBehind && first !== undefined && isPublicAddress(first)
      ? { publicAddresses: [first, ...own.slice(0, 1)] }
      : {},
    warnings: strange.length === 0 ? [] : [
      `${host} ${leads} ${
        strange.join(" and ")
      }, which this machine does not have`,
    ],
    isElsewhere,
  };
}

/** undefined: nobody could tell. */
async function known(
  look: () => Promise<{ readonly values: readonly string[] }>,
): Promise<readonly string[] | undefined> {
  try {
    return (await look()).values;
  } catch (error) {
    if (!(error instanceof DnsFailure)) throw error;
    return error.problem === "temporary" ? undefined : [];
  }
}

function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((all) =>
    (all ?? []).map(({ address }) => address)
  ).filter(isPublicAddress);
}

/** @throws {InstallRefused} before it is started in vain */
export async function foreseen(
  { config, machine, places, start, certOnly }: {
    readonly config: Config;
    readonly machine: Machine;
    readonly places: Places;
    readonly start: boolean;
    readonly certOnly: boolean;
  },
): Promise<string[]> {
  const looks = Deno.uid() === 0 && !certOnly;
  const ports = looks ? await takenPorts(config, machine, places) : [];
  if (ports.length > 0 && start) {
    throw new InstallRefused(
      "occupied",
      `${ports.join("; ")}. Stop what has it, or leave out --start`,
    );
  }
  if (!machine.isLive) return [];
  const certificates = Deno.uid() === 0 ? await unusableFiles(config) : [];
  if (certificates.length > 0 && start) {
    throw new InstallRefused(
      "occupied",
      `${certificates.join("; ")}. Nothing was installed`,
    );
  }
  return [
    ...ports,
    ...certificates,
    ...await shortOfDisk(config.server.stateDir),
    ...wrongDate(SYSTEM_CLOCK.now()),
  ];
}

/** Certificates of the operator's that no server can serve. */
async function unusableFiles({ tls }: Config): Promise<string[]> {
  if (tls.mode !== "file") return [];
  const found: string[] = [];
  for (const { cert, key } of [tls, ...tls.extra]) {
    try {
      await readCertificate({ chain: cert, key });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      found.push(error.message);
    }
  }
  return found;
}

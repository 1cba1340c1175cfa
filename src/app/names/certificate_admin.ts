/** Certificates for admins, with a server or without. @module */
import type {
  CertificateAdmin,
  OrderOptions,
} from "../../admin/certificate_admin.ts";
import type { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import { authorityProblems } from "../../config/checks.ts";
import type { Config } from "../../config/schema.ts";
import type { AlpnChallenges } from "../../tls/acme/alpn/alpn_challenges.ts";
import type { Outcome } from "../../tls/acme/renewer_parts.ts";
import type { Named, Renewers } from "../../tls/acme/renewers.ts";
import type { Certificate } from "../../tls/certificate.ts";
import { readBundle } from "../../tls/certificate_bundle.ts";
import {
  type CertificatePaths,
  pathsIn,
  readCertificate,
} from "../../tls/certificate_files.ts";
import {
  certificateNames,
  certificateSource,
  hostnameOf,
  orderedNames,
} from "../certificates.ts";
import type {
  CertificateSource,
  CertificateStore,
} from "../../tls/certificate_store.ts";
import { challengeHints } from "./challenge_hints.ts";
import type { CaaLookUps } from "./challenge_hints.ts";

export interface CertificateAdminParts {
  readonly dns: CaaLookUps;
  readonly renewers: Renewers;
  config(): Config;
  /** What a server serves; without one it is what the files have. */
  readonly served?: Pick<CertificateStore, "all">;
  /** Where a server listens. */
  readonly alpn?: Pick<AlpnChallenges, "presentTrial">;
  readonly reported: Pick<ReportedConditions, "details">;
  /** One that keeps nothing, at a directory for tests. @throws {Refusal} */
  rehearsal(email: string | undefined): Renewers;
  /** Has challenges answered while it works, where no server does. */
  answering<T>(
    httpListen: string | undefined,
    work: () => Promise<T>,
  ): Promise<T>;
}

export function certificateAdmin(
  { dns, renewers, config, served, alpn, reported, rehearsal, answering }:
    CertificateAdminParts,
): CertificateAdmin {
  return {
    get mode() {
      return config().tls.mode;
    },
    get hostname() {
      return hostnameOf(config());
    },
    get path() {
      return pathsOf(certificateSource(config())).chain;
    },
    get keyPath() {
      return pathsOf(certificateSource(config())).key;
    },
    get directory() {
      return config().acme.directory;
    },
    get challenges() {
      return config().acme.challenges;
    },
    get names() {
      return certificateNames(config());
    },
    get ordered() {
      return orderedNames(config());
    },
    get preferredChain() {
      return config().acme.preferredChain;
    },
    async current() {
      return served?.all ??
        (await readCurrent(certificateSource(config()))).certificates;
    },
    async problem() {
      if (served) return reported.details.get("certificate_files");
      const { problems } = await readCurrent(certificateSource(config()));
      return problems.length === 0 ? undefined : problems.join("; ");
    },
    status: () => renewers.status(),
    obstacles: () =>
      [...authorityProblems(config())].map(({ key, message }) =>
        `${key} ${message}`
      ),
    order: (options) =>
      answering(
        options.httpListen,
        () =>
          order(
            options.rehearsal ? rehearsal(options.email) : renewers,
            options,
          ),
      ),
    hints: () => challengeHints(config(), dns),
    ...(alpn ? { presentTrial: (name) => alpn.presentTrial(name) } : {}),
  };
}

/** For the task that does so. @throws {Error} why there is none */
export async function renewIfDue(
  certificates: Pick<CertificateAdmin, "order">,
): Promise<string> {
  const outcomes = await certificates.order({
    force: false,
    newKey: false,
    rehearsal: false,
  });
  for (const { what } of outcomes) {
    if (what.kind === "failed") throw what.trouble;
  }
  const issued = outcomes.filter(({ what }) => what.kind === "issued");
  return issued.length === 0
    ? "Nothing done: no certificate is due"
    : `Certificates for ${issued.map(({ name }) => name).join(", ")}`;
}

async function order(
  renewers: Renewers,
  { force, newKey, rehearsal, name }: OrderOptions,
): Promise<readonly Named<Outcome>[]> {
  if (!rehearsal) {
    return await renewers.order({ newKey, onlyIfDue: !force }, name);
  }
  try {
    return await renewers.order({ newKey: false, onlyIfDue: false }, name);
  } finally {
    await renewers.close();
  }
}

function pathsOf(source: CertificateSource): CertificatePaths {
  switch (source.mode) {
    case "file":
      return source.paths;
    case "self_signed":
      return pathsIn(source.directory);
    case "autocert":
      return { chain: source.bundle, key: source.bundle };
  }
}

interface ReadCertificates {
  readonly certificates: readonly Certificate[];
  /** Of those that cannot be read. */
  readonly problems: readonly string[];
}

async function readCurrent(
  source: CertificateSource,
): Promise<ReadCertificates> {
  switch (source.mode) {
    case "file":
      return await readAll(
        [source.paths, ...source.extra ?? []].map((paths) =>
          readCertificate(paths)
        ),
      );
    case "self_signed": {
      // the server makes one that is not there
      const paths = pathsIn(source.directory);
      const { certificates } = await readAll([readCertificate(paths)]);
      return { certificates, problems: [] };
    }
    case "autocert": {
      const first = await readAll([readBundle(source.bundle)]);
      const others = await readAll(source.others.map(readBundle));
      const { certificates } = first.certificates.length > 0
        ? first
        : await readCurrent(source.meanwhile);
      return {
        certificates: [...certificates, ...others.certificates],
        problems: [...first.problems, ...others.problems],
      };
    }
  }
}

async function readAll(
  reads: readonly Promise<Certificate | undefined>[],
): Promise<ReadCertificates> {
  const certificates: Certificate[] = [];
  const problems: string[] = [];
  for (const read of await Promise.allSettled(reads)) {
    if (read.status === "fulfilled") {
      certificates.push(...read.value ? [read.value] : []);
    } else if (read.reason instanceof SyntaxError) {
      problems.push(read.reason.message);
    } else throw read.reason;
  }
  return { certificates, problems };
}

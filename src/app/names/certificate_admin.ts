/** Certificates for admins, with a server or without. @module */
import type {
  CertificateAdmin,
  OrderOptions,
} from "../../admin/certificate_admin.ts";
import { authorityProblems } from "../../config/checks.ts";
import type { Config } from "../../config/schema.ts";
import type { Outcome } from "../../tls/acme/renewer_parts.ts";
import type { Named, Renewers } from "../../tls/acme/renewers.ts";
import type { Certificate } from "../../tls/certificate.ts";
import { readBundle } from "../../tls/certificate_bundle.ts";
import { pathsIn, readCertificate } from "../../tls/certificate_files.ts";
import {
  certificateNames,
  certificateSource,
  hostnameOf,
} from "../certificates.ts";
import type { CertificateSource } from "../../tls/certificate_store.ts";
import { challengeHints } from "./challenge_hints.ts";
import type { CaaLookUps } from "./challenge_hints.ts";

export interface CertificateAdminParts {
  readonly dns: CaaLookUps;
  readonly renewers: Renewers;
  config(): Config;
  /** One that keeps nothing, at a directory for tests. @throws {Refusal} */
  rehearsal(): Renewers;
  /** Has challenges answered while it works, where no server does. */
  answering<T>(
    httpListen: string | undefined,
    work: () => Promise<T>,
  ): Promise<T>;
}

export function certificateAdmin(
  { dns, renewers, config, rehearsal, answering }: CertificateAdminParts,
): CertificateAdmin {
  return {
    get mode() {
      return config().tls.mode;
    },
    get hostname() {
      return hostnameOf(config());
    },
    get path() {
      return pathOf(certificateSource(config()));
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
    current: () => readCurrent(certificateSource(config())),
    status: () => renewers.status(),
    obstacles: () =>
      [...authorityProblems(config())].map(({ key, message }) =>
        `${key} ${message}`
      ),
    order: (options) =>
      answering(
        options.httpListen,
        () => order(options.rehearsal ? rehearsal() : renewers, options),
      ),
    hints: () => challengeHints(config(), dns),
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
  { force, newKey, rehearsal }: OrderOptions,
): Promise<readonly Named<Outcome>[]> {
  if (!rehearsal) return await renewers.order({ newKey, onlyIfDue: !force });
  try {
    return await renewers.order({ newKey: false, onlyIfDue: false });
  } finally {
    await renewers.close();
  }
}

function pathOf(source: CertificateSource): string {
  switch (source.mode) {
    case "file":
      return source.paths.chain;
    case "self_signed":
      return pathsIn(source.directory).chain;
    case "autocert":
      return source.bundle;
  }
}

/** Without those that cannot be read: a server says what is wrong with them. */
async function readCurrent(
  source: CertificateSource,
): Promise<readonly Certificate[]> {
  switch (source.mode) {
    case "file":
      return (await Promise.all(
        [source.paths, ...source.extra ?? []].map((paths) =>
          readable(() => readCertificate(paths))
        ),
      )).flat();
    case "self_signed":
      return await readable(() => readCertificate(pathsIn(source.directory)));
    case "autocert": {
      const first = await readable(() => readBundle(source.bundle));
      const others = await Promise.all(
        source.others.map((path) => readable(() => readBundle(path))),
      );
      return [
        ...first.length > 0 ? first : await readCurrent(source.meanwhile),
        ...others.flat(),
      ];
    }
  }
}

async function readable(
  read: () => Promise<Certificate | undefined>,
): Promise<Certificate[]> {
  try {
    const found = await read();
    return found ? [found] : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

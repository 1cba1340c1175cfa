/** The certificate, and how it is got from an authority. @module */
import { isIP } from "node:net";
import { optional } from "valibot";
import { Refusal } from "../../../base/refusal.ts";
import { literalIp } from "../../../mail/address.ts";
import type {
  Outcome,
  RenewerStatus,
} from "../../../tls/acme/renewer_parts.ts";
import { rootOf } from "../../../tls/acme/chain_choice.ts";
import type { Named } from "../../../tls/acme/renewers.ts";
import {
  type Certificate,
  daysRemaining,
  isFor,
  publicKeyHash,
} from "../../../tls/certificate.ts";
import {
  CERTIFICATE_MODES,
  type CertificateMode,
} from "../../certificate_admin.ts";
import type { AdminContext } from "../../context.ts";
import { choice, flag, line } from "../../fields.ts";
import { inField, invalidField, operation } from "../../operation.ts";

async function status({ certificates, clock }: AdminContext) {
  const { mode, hostname, path, keyPath, directory, challenges } = certificates;
  const served = await certificates.current();
  const [current] = served;
  const orders = mode === "autocert" ? await certificates.status() : [];
  const nowMs = clock.now();
  const first = orders[0]?.what;
  return {
    tls_management: mode,
    domain: hostname,
    present: current !== undefined,
    cert_path: path,
    key_path: keyPath,
    ...shapeOf(current, mode, nowMs),
    next_renewal: secondsOrNull(first?.renewalMs),
    /** Why the files, or what an authority was asked for, are not served. */
    last_error: await certificates.problem() ??
      first?.state.lastError?.message ?? null,
    names: nameShapes(certificates.names, served, orders, nowMs),
    authority: first === undefined ? null : {
      directory,
      challenges,
      ...chainShape(certificates.preferredChain, current),
      ...authorityShape(first, orders, nowMs),
    },
  };
}

/** Below which root the chain ends, and is to end. */
function chainShape(preferred: string, current: Certificate | undefined) {
  return {
    chain: !current || current.selfSigned ? null : rootOf(current.chainPem),
    preferred_chain: preferred === "" ? null : preferred,
  };
}

function shapeOf(
  certificate: Certificate | undefined,
  mode: CertificateMode,
  nowMs: number,
) {
  if (!certificate) return {};
  const { issuer, subject, names, notBefore, notAfter } = certificate;
  return {
    cert_type: typeOf(certificate, mode),
    issuer,
    subject,
    sans: names,
    not_before: seconds(notBefore),
    not_after: seconds(notAfter),
    days_remaining: daysRemaining(certificate, nowMs),
    status: notAfter <= nowMs
      ? "expired"
      : notBefore > nowMs
      ? "not yet valid"
      : "valid",
    key_type: certificate.keyType,
    fingerprint: certificate.fingerprint,
    spki_sha256: publicKeyHash(certificate),
  };
}

function typeOf({ selfSigned, issuer }: Certificate, mode: CertificateMode) {
  if (selfSigned) return "self-signed";
  if (issuer.includes("O=Let's Encrypt")) return "letsencrypt";
  return mode === "autocert" ? "acme-other" : "other";
}

function nameShapes(
  wanted: readonly string[],
  served: readonly Certificate[],
  orders: readonly Named<RenewerStatus>[],
  nowMs: number,
) {
  const statuses = new Map(orders.map(({ name, what }) => [name, what]));
  const all = new Set([
    ...wanted,
    ...statuses.keys(),
    ...served.flatMap(({ names }) => names),
  ]);
  return [...all].map((name) => {
    const status = statuses.get(name);
    const certificate = [...served].sort((a, b) => b.notAfter - a.notAfter)
      .find((one) => isFor(one, name));
    return {
      name,
      covered: certificate !== undefined,
      not_after: certificate ? seconds(certificate.notAfter) : null,
      next_renewal: secondsOrNull(status?.renewalMs),
      next_attempt: status ? nextAttempt(status, nowMs) : null,
      /** Why there is none, or why it was not renewed. */
      problem: status?.state.lastError?.message ?? status?.obstacle ?? null,
    };
  });
}

function authorityShape(
  { state, renewalMs }: RenewerStatus,
  orders: readonly Named<RenewerStatus>[],
  nowMs: number,
) {
  const { lastError, failures } = state;
  return {
    ordering: orders.some(({ what }) => what.busy),
    next_renewal: secondsOrNull(renewalMs),
    /** Whether the authority has said when. */
    suggested: state.renewal !== undefined,
    failures,
    last_error: lastError?.message ?? null,
    last_error_at: lastError ? seconds(lastError.atMs) : null,
    /** What the authority itself says of it (RFC 7807). */
    last_problem: lastError?.problem ?? null,
    next_attempt: orders[0] ? nextAttempt(orders[0].what, nowMs) : null,
  };
}

function nextAttempt(
  { state, earliestMs }: RenewerStatus,
  nowMs: number,
): number | null {
  return state.failures > 0 ? seconds(Math.max(earliestMs, nowMs)) : null;
}

async function obtain(
  { certificates, settings }: AdminContext,
  input: {
    readonly domain?: string | undefined;
    readonly email?: string | undefined;
    readonly force?: boolean | undefined;
    readonly new_key?: boolean | undefined;
    readonly rehearsal?: boolean | undefined;
    readonly http_listen?: string | undefined;
  },
) {
  if (certificates.mode !== "autocert") {
    throw new Refusal("invalid_value", {
      explanation:
        `Certificates do not come from an authority: tls.mode is ${certificates.mode}, not autocert; "certificate acme" changes that`,
    });
  }
  const { email } = input;
  const name = input.domain === undefined
    ? undefined
    : orderedName(certificates, input.domain);
  if (email !== undefined && !input.rehearsal) {
    await inField("email", () => settings.set("acme_email", email));
  }
  const outcomes = await certificates.order({
    force: input.force ?? false,
    newKey: input.new_key ?? false,
    rehearsal: input.rehearsal ?? false,
    ...(input.http_listen === undefined
      ? {}
      : { httpListen: input.http_listen }),
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
  });
  const [first] = outcomes;
  if (!first) throw new TypeError("No name");
  return {
    ...await outcomeShape(certificates, first),
    names: outcomes.map(({ name, what }) => ({
      name,
      action: what.kind,
      detail: detailOf(what),
    })),
  };
}

/** @throws {Refusal} for a name that an authority is not asked for */
function orderedName(
  { ordered }: AdminContext["certificates"],
  domain: string,
): string {
  const name = (literalIp(domain) ?? domain).trim().toLowerCase();
  if (ordered.includes(name)) return name;
  throw invalidField(
    "domain",
    `no certificate is ordered for ${domain}, but for ${
      ordered.join(", ")
    }: "domain add" or acme.extra_names has more`,
  );
}

/** Of the name that clients connect to, or that was asked for. */
async function outcomeShape(
  certificates: AdminContext["certificates"],
  { name: domain, what: outcome }: Named<Outcome>,
) {
  switch (outcome.kind) {
    case "issued":
      return {
        domain,
        action: outcome.kind,
        detail: detailOf(outcome),
        not_after: seconds(outcome.certificate.notAfter),
      };
    case "skipped":
      return {
        domain,
        action: outcome.kind,
        detail: detailOf(outcome),
        not_after: null,
      };
    case "failed": {
      const { kind } = outcome.trouble;
      const hints = kind === "unreachable"
        ? [] // it has looked at nothing of ours
        : await certificates.hints();
      throw new Refusal(kind === "files" ? "unavailable" : "remote_failure", {
        explanation: [detailOf(outcome), ...hints].join("\n"),
      });
    }
  }
}

function detailOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case "issued":
      return `for ${outcome.certificate.names.join(", ")}`;
    case "skipped":
      return outcome.why;
    case "failed":
      return outcome.trouble.message;
  }
}

function secondsOrNull(ms: number | undefined): number | null {
  return ms === undefined ? null : seconds(ms);
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

async function use(
  { certificates, settings }: AdminContext,
  { mode, cert, key, email, ip }: {
    readonly mode: CertificateMode;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
    readonly email?: string | undefined;
    readonly ip?: boolean | undefined;
  },
) {
  if (mode === "autocert") refuseObstacles(certificates.obstacles());
  if (ip && isIP(certificates.hostname) === 0) {
    throw invalidField(
      "ip",
      `clients connect to ${certificates.hostname}, and who asks for no name is shown its certificate: one for an address is for a relay that is an address (server.hostname)`,
    );
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw invalidField("key", "certificate and key are named together");
  }
  if (email !== undefined) {
    await inField("email", () => settings.set("acme_email", email));
  }
  const before = settings.view("tls_files");
  if (cert !== undefined && key !== undefined) {
    await settings.set("tls_files", `${cert}, ${key}`);
  }
  try {
    await inField("mode", () => settings.set("tls_mode", mode));
  } catch (error) { // as of files that cannot be served
    if (before.source === "db") await settings.set("tls_files", before.value);
    else await settings.reset("tls_files");
    throw error;
  }
  return { tls_management: mode, domain: certificates.hostname };
}

function refuseObstacles(obstacles: readonly string[]): void {
  if (obstacles.length === 0) return;
  throw invalidField("mode", obstacles.join("; "));
}

export const CERTIFICATE_OPERATIONS = {
  "certificate.use": operation({
    summary: "Choose where the certificate comes from, in place of tls.mode",
    scope: "full",
    changes: true,
    input: {
      mode: choice("as tls.mode has it", CERTIFICATE_MODES),
      cert: optional(line("file of the chain, leaf first")),
      key: optional(line("file of its key")),
      email: optional(line("where the authority may write to")),
      ip: optional(flag("refuse unless it is for an IP address")),
    },
    run: use,
  }),
  "certificate.status": operation({
    summary: "The certificate, for which names it is, and when it is renewed",
    scope: "read",
    changes: false,
    input: {},
    run: status,
  }),
  "certificate.obtain": operation({
    takesLong: true,
    summary: "Get a certificate from the authority, if it is due",
    scope: "full",
    changes: true,
    input: {
      domain: optional(line("for this name of ours alone")),
      email: optional(line("where the authority may write to, from now on")),
      force: optional(flag("also if it is not due")),
      new_key: optional(flag("with a new key")),
      rehearsal: optional(
        flag("at the authority's directory for tests; nothing is kept"),
      ),
      http_listen: optional(
        line(
          "address and port to answer at while no server runs; without it :80",
        ),
      ),
    },
    run: obtain,
  }),
} as const;

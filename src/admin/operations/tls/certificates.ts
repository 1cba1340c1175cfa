/** The certificate, and how it is got from an authority. @module */
import { optional } from "valibot";
import { Refusal } from "../../../base/refusal.ts";
import type { Outcome } from "../../../tls/acme/renewer_parts.ts";
import {
  type Certificate,
  covers,
  daysRemaining,
} from "../../../tls/certificate.ts";
import {
  CERTIFICATE_MODES,
  type CertificateMode,
} from "../../certificate_admin.ts";
import type { AdminContext } from "../../context.ts";
import { choice, flag, line } from "../../fields.ts";
import { inField, invalidField, operation } from "../../operation.ts";

async function status({ certificates, clock }: AdminContext) {
  const { mode, hostname, path, directory } = certificates;
  const current = await certificates.current();
  const nowMs = clock.now();
  return {
    tls_management: mode,
    domain: hostname,
    present: current !== undefined,
    cert_path: path,
    ...shapeOf(current, mode, nowMs),
    names: await nameShapes(certificates, current),
    authority: mode === "autocert"
      ? { directory, ...await authorityShape(certificates, nowMs) }
      : null,
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
  };
}

function typeOf({ selfSigned, issuer }: Certificate, mode: CertificateMode) {
  if (selfSigned) return "self-signed";
  if (issuer.includes("O=Let's Encrypt")) return "letsencrypt";
  return mode === "autocert" ? "acme-other" : "other";
}

async function nameShapes(
  certificates: AdminContext["certificates"],
  current: Certificate | undefined,
) {
  const { state } = await certificates.status();
  const others = current?.names ?? [];
  const leftOut = new Map(state.leftOut.map(({ name, why }) => [name, why]));
  const all = new Set([...certificates.names, ...others, ...leftOut.keys()]);
  return [...all].map((name) => {
    const covered = current !== undefined &&
      (others.includes(name) || covers(current, name));
    return {
      name,
      covered,
      problem: covered ? null : leftOut.get(name) ?? null,
    };
  });
}

async function authorityShape(
  certificates: AdminContext["certificates"],
  nowMs: number,
) {
  const { busy, state, renewalMs, earliestMs } = await certificates.status();
  const { lastError, failures } = state;
  return {
    ordering: busy,
    next_renewal: renewalMs === undefined ? null : seconds(renewalMs),
    /** Whether the authority has said when. */
    suggested: state.renewal !== undefined,
    failures,
    last_error: lastError?.message ?? null,
    last_error_at: lastError ? seconds(lastError.atMs) : null,
    next_attempt: failures > 0 ? seconds(Math.max(earliestMs, nowMs)) : null,
  };
}

async function obtain(
  { certificates }: AdminContext,
  input: {
    readonly force?: boolean | undefined;
    readonly new_key?: boolean | undefined;
    readonly rehearsal?: boolean | undefined;
    readonly http_listen?: string | undefined;
  },
) {
  if (certificates.mode !== "autocert") {
    throw new Refusal("invalid_value", {
      explanation:
        `Certificates do not come from an authority: tls.mode is ${certificates.mode}, not autocert`,
    });
  }
  const outcome = await certificates.order({
    force: input.force ?? false,
    newKey: input.new_key ?? false,
    rehearsal: input.rehearsal ?? false,
    ...(input.http_listen === undefined
      ? {}
      : { httpListen: input.http_listen }),
  });
  return await outcomeShape(certificates, outcome);
}

async function outcomeShape(
  certificates: AdminContext["certificates"],
  outcome: Outcome,
) {
  const domain = certificates.hostname;
  switch (outcome.kind) {
    case "issued": {
      const { names, notAfter } = outcome.certificate;
      return {
        domain,
        action: "issued" as const,
        detail: `for ${names.join(", ")}`,
        not_after: seconds(notAfter),
      };
    }
    case "skipped":
      return {
        domain,
        action: "skipped" as const,
        detail: outcome.why,
        not_after: null,
      };
    case "failed": {
      const hints = outcome.trouble.kind === "unreachable"
        ? [] // it has looked at nothing of ours
        : await certificates.hints();
      throw new Refusal("unavailable", {
        explanation: [outcome.trouble.message, ...hints].join("\n"),
      });
    }
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

async function use(
  { certificates, settings }: AdminContext,
  { mode, cert, key, email }: {
    readonly mode: CertificateMode;
    readonly cert?: string | undefined;
    readonly key?: string | undefined;
    readonly email?: string | undefined;
  },
) {
  if (mode === "autocert") refuseObstacles(certificates.obstacles());
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
    summary: "Get a certificate from the authority, if it is due",
    scope: "full",
    changes: true,
    input: {
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

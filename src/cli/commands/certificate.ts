/** The certificate, and how it is got from an authority. @module */
import { resolve } from "node:path";
import type { AdminInput, AdminOutput } from "../../admin/operation_table.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  flagOption,
  textOption,
  withApplied,
} from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { appliedNote, facts, moment, table } from "../text.ts";

type Status = AdminOutput<"certificate.status">;

const MODES = {
  self_signed: "made by this server",
  file: "from files of the operator",
  autocert: "from an authority",
};

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("certificate.status", {});
  const exit = data.status === "valid" ? EXIT.ok : EXIT.failed;
  return { data, text: statusText(data), exit };
}

function statusText(data: Status): string {
  const rows = data.names.map(({ name, not_after, next_attempt, problem }) => [
    name,
    not_after === null ? "none" : moment(not_after),
    next_attempt === null ? "" : moment(next_attempt),
    problem ?? "",
  ]);
  return [
    facts([...certificateFacts(data), ...authorityFacts(data)]),
    "",
    table(["name", "certificate ends", "next attempt", "problem"], rows),
  ].join("\n");
}

function certificateFacts(data: Status): [string, string][] {
  const kind: [string, string] = [
    "management",
    `${data.tls_management}, ${MODES[data.tls_management]}`,
  ];
  if (data.not_after === undefined) {
    return [
      kind,
      ["certificate", "none yet"],
      ["file", data.cert_path],
      ...lastError(data),
    ];
  }
  return [
    kind,
    ["certificate", `${data.cert_type}, ${data.status}`],
    ["issuer", data.issuer ?? ""],
    ["ends", `${moment(data.not_after)}, in ${data.days_remaining} days`],
    ["key", data.key_type ?? ""],
    ["SHA-256", data.fingerprint ?? ""],
    ["SHA-256 of the key", data.spki_sha256 ?? ""],
    ["file", data.cert_path],
    ...(data.key_path === data.cert_path
      ? []
      : [["key file", data.key_path] as [string, string]]),
    ...lastError(data),
  ];
}

/** Of files; that of an authority has a time, too. */
function lastError({ authority, last_error }: Status): [string, string][] {
  if (last_error === null || last_error === authority?.last_error) return [];
  return [["last error", last_error]];
}

function authorityFacts({ authority }: Status): [string, string][] {
  if (!authority) return [];
  const { directory, next_renewal, suggested, last_error, chain } = authority;
  const when = suggested ? "as the authority suggests" : "by its lifetime";
  const error: [string, string][] = last_error === null ? [] : [
    ["last error", `${moment(authority.last_error_at)}: ${last_error}`],
    ["next attempt", moment(authority.next_attempt)],
  ];
  return [
    ["authority", directory],
    ["shown by", authority.challenges.join(", ")],
    ...(chain === null
      ? []
      : [["chain", `below ${chain}`] as [string, string]]),
    [
      "renewal",
      authority.ordering
        ? "being ordered now"
        : next_renewal === null
        ? "as soon as possible"
        : `${moment(next_renewal)}, ${when}`,
    ],
    ...error,
  ];
}

/** @param always Also if it is not due. */
function obtain(always: boolean) {
  return async (
    call: Call,
  ): Promise<CommandResult & { data: AdminOutput<"certificate.obtain"> }> => {
    const [domain, email, listen] = ["domain", "email", "httpListen"]
      .map((name) => textOption(call, name));
    const data = await call.access.call("certificate.obtain", {
      ...(domain === undefined ? {} : { domain }),
      ...(email === undefined ? {} : { email }),
      force: always || flagOption(call, "force"),
      new_key: flagOption(call, "newKey"),
      rehearsal: flagOption(call, "staging"),
      ...(listen === undefined ? {} : { http_listen: listen }),
    });
    const until = data.not_after === null
      ? ""
      : `, until ${moment(data.not_after)}`;
    const text = data.action === "issued"
      ? `Issued ${data.detail}${until}`
      : `Nothing done: ${data.detail}`;
    const others = data.names.slice(1).map(({ name, action, detail }) =>
      `${name}: ${action}${action === "issued" ? "" : `, ${detail}`}`
    );
    return { data, text: [text, ...others].join("\n") };
  };
}

async function useSelfSigned(call: Call): Promise<CommandResult> {
  return await used(call, { mode: "self_signed" });
}

/** Relative paths are those of the person who types them. */
async function useFiles(call: Call): Promise<CommandResult> {
  const [cert, key] = [0, 1].map((at) => resolve(argument(call, at)));
  return await used(call, {
    mode: "file",
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  });
}

async function acme(call: Call): Promise<CommandResult> {
  const { text, applied, order } = await useAuthority(call);
  const status = await call.access.call("certificate.status", {});
  const data = { ...status, applied, obtained: order?.data ?? null };
  return { data, text };
}

/** Asks it at once, unless told not to. */
async function useAuthority(call: Call) {
  const email = textOption(call, "email");
  const { text, applied } = await choose(call, {
    mode: "autocert",
    ...(email === undefined ? {} : { email }),
    ...(flagOption(call, "ip") ? { ip: true } : {}),
  });
  if (call.options["obtain"] === false) return { text, applied };
  const order = await obtain(false)(call);
  return { text: `${text}\n${order.text}`, applied, order };
}

async function used(
  call: Call,
  input: AdminInput<"certificate.use">,
): Promise<CommandResult> {
  const { text, applied } = await choose(call, input);
  const status = await call.access.call("certificate.status", {});
  return { data: { ...status, applied }, text };
}

async function choose(
  call: Call,
  input: AdminInput<"certificate.use">,
): Promise<{ readonly text: string; readonly applied: string }> {
  const done = await call.access.call("certificate.use", input);
  const { tls_management, domain, applied } = await withApplied(call, done);
  const text = `The certificate for ${domain} is now ${MODES[tls_management]}${
    appliedNote(applied)
  }`;
  return { text, applied };
}

async function autocert(call: Call): Promise<CommandResult> {
  const [action = "status"] = call.args;
  switch (action) {
    case "status":
      return await autocertStatus(call);
    case "enable":
      return await enableAutocert(call);
    case "disable":
      return await useSelfSigned(call);
    default:
      throw new CliError(
        "usage",
        `name one of status, enable, disable (got "${action}")`,
        EXIT.usage,
      );
  }
}

async function enableAutocert(call: Call): Promise<CommandResult> {
  const { text, applied, order } = await useAuthority(call);
  const { domain } = await call.access.call("certificate.status", {});
  const email = await call.access.call("settings.get", { name: "acme_email" });
  const data = {
    enabled: true,
    domain,
    acme_email: email.value,
    obtained: order?.data.action === "issued",
    order: order?.data ?? null,
    applied,
  };
  return { data, text };
}

async function autocertStatus(call: Call): Promise<CommandResult> {
  const all = await call.access.call("certificate.status", {});
  const data = {
    enabled: all.tls_management === "autocert",
    domain: all.domain,
    issuer: all.issuer ?? null,
    not_after: all.not_after ?? null,
    days_remaining: all.days_remaining ?? null,
    renew_within_days: renewWithinDays(all),
    next_renewal: all.next_renewal,
  };
  const text = data.enabled
    ? facts(authorityFacts(all))
    : `Off: tls.mode is ${all.tls_management}`;
  return { data, text };
}

/** How many days before its end it is renewed. */
function renewWithinDays(
  { not_after, next_renewal }: Status,
): number | null {
  return not_after === undefined || next_renewal === null
    ? null
    : Math.floor((not_after - next_renewal) / 86_400);
}

const TAKES_TIME = "15m";
const ORDER_OPTIONS = [
  {
    flags: "--http-listen <address>",
    summary: "where to answer the authority while no server runs (:80)",
  },
  {
    flags: "--staging",
    summary: "try it at Let's Encrypt's directory for tests; nothing is kept",
  },
  { flags: "--new-key", summary: "not with the key of the one before" },
];

const EMAIL_OPTION = {
  flags: "--email <address>",
  summary: "where the authority may write to, from now on",
};

const NAME_OPTION = {
  flags: "--domain <name>",
  summary: "for this name of the relay alone",
};

const FORCE_OPTION = { flags: "--force", summary: "also if it is not due" };

const AUTHORITY_OPTIONS = [
  EMAIL_OPTION,
  NAME_OPTION,
  FORCE_OPTION,
  { flags: "--obtain", summary: "get one at once, which is the default" },
  { flags: "--no-obtain", summary: "leave it to the server to get one" },
  ...ORDER_OPTIONS,
];

export const CERTIFICATE_COMMANDS: readonly Command[] = [
  {
    usage: "certificate status",
    summary:
      "The certificate, for which names it is, and when it is renewed; exit 1 if it is not valid",
    isDefault: true,
    run: status,
  },
  {
    usage: "certificate get",
    aliases: ["obtain", "renew"],
    summary: "Get one from the authority, if it is due",
    timeout: TAKES_TIME,
    options: [NAME_OPTION, EMAIL_OPTION, FORCE_OPTION, ...ORDER_OPTIONS],
    run: obtain(false),
  },
  {
    usage: "certificate regenerate",
    summary: "Get one from the authority, though it is not due",
    timeout: TAKES_TIME,
    options: [NAME_OPTION, EMAIL_OPTION, FORCE_OPTION, ...ORDER_OPTIONS],
    run: obtain(true),
  },
  {
    usage: "certificate autocert [action]",
    summary:
      "Certificates from an authority: status (how that goes), enable, disable (one of our own)",
    timeout: TAKES_TIME,
    options: AUTHORITY_OPTIONS,
    run: autocert,
  },
  {
    usage: "certificate acme",
    summary: "Have the authority give certificates from now on, and get one",
    timeout: TAKES_TIME,
    options: [
      {
        flags: "--ip",
        summary:
          "for the address that clients connect to; refused where they connect to a name",
      },
      ...AUTHORITY_OPTIONS,
    ],
    run: acme,
  },
  {
    usage: "certificate file <cert> <key>",
    summary: "Serve the certificate of these files from now on",
    run: useFiles,
  },
  {
    usage: "certificate self-signed",
    summary: "Serve a certificate of our own from now on",
    run: useSelfSigned,
  },
];

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
    return [kind, ["certificate", "none yet"], ["file", data.cert_path]];
  }
  return [
    kind,
    ["certificate", `${data.cert_type}, ${data.status}`],
    ["issuer", data.issuer ?? ""],
    [
      "ends",
      `${moment(data.not_after)}, in ${data.days_remaining} days`,
    ],
    ["key", data.key_type ?? ""],
    ["SHA-256", data.fingerprint ?? ""],
    ["SHA-256 of the key", data.spki_sha256 ?? ""],
    ["file", data.cert_path],
  ];
}

function authorityFacts({ authority }: Status): [string, string][] {
  if (!authority) return [];
  const { directory, next_renewal, suggested, last_error } = authority;
  const when = suggested ? "as the authority suggests" : "by its lifetime";
  const error: [string, string][] = last_error === null ? [] : [
    ["last error", `${moment(authority.last_error_at)}: ${last_error}`],
    ["next attempt", moment(authority.next_attempt)],
  ];
  return [
    ["authority", directory],
    ["shown by", authority.challenges.join(", ")],
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
  return async (call: Call): Promise<CommandResult> => {
    const listen = textOption(call, "httpListen");
    const data = await call.access.call("certificate.obtain", {
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

async function useAuthority(call: Call): Promise<CommandResult> {
  const email = textOption(call, "email");
  const chosen = await used(call, {
    mode: "autocert",
    ...(email === undefined ? {} : { email }),
  });
  if (call.options["obtain"] === false) return chosen;
  const obtained = await obtain(false)(call);
  return {
    data: { ...Object(chosen.data), obtained: obtained.data },
    text: `${chosen.text}\n${obtained.text}`,
  };
}

async function used(
  call: Call,
  input: AdminInput<"certificate.use">,
): Promise<CommandResult> {
  const done = await call.access.call("certificate.use", input);
  const data = await withApplied(call, done);
  const mode = MODES[data.tls_management];
  const text = `The certificate for ${data.domain} is now ${mode}${
    appliedNote(data.applied)
  }`;
  return { data, text };
}

async function autocert(call: Call): Promise<CommandResult> {
  const [action = "status"] = call.args;
  switch (action) {
    case "status":
      return await autocertStatus(call);
    case "enable":
      return await useAuthority(call);
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

async function autocertStatus(call: Call): Promise<CommandResult> {
  const all = await call.access.call("certificate.status", {});
  const data = {
    enabled: all.tls_management === "autocert",
    domain: all.domain,
    issuer: all.issuer ?? null,
    not_after: all.not_after ?? null,
    days_remaining: all.days_remaining ?? null,
    next_renewal: all.authority?.next_renewal ?? null,
  };
  const text = data.enabled
    ? facts(authorityFacts(all))
    : `Off: tls.mode is ${all.tls_management}`;
  return { data, text };
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

const AUTHORITY_OPTIONS = [
  { flags: "--email <address>", summary: "where the authority may write to" },
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
    options: [
      { flags: "--force", summary: "also if it is not due" },
      ...ORDER_OPTIONS,
    ],
    run: obtain(false),
  },
  {
    usage: "certificate regenerate",
    summary: "Get one from the authority, though it is not due",
    timeout: TAKES_TIME,
    options: ORDER_OPTIONS,
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
    options: AUTHORITY_OPTIONS,
    run: useAuthority,
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

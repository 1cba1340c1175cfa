/** Where mail to some domains goes instead of where their DNS says. @module */
import {
  argument,
  type Call,
  choiceOption,
  type Command,
  type CommandResult,
  flagOption,
  textOption,
  withApplied,
} from "../../command.ts";
import { EXIT } from "../../exit_codes.ts";
import {
  appliedNote,
  counted,
  facts,
  moment,
  table,
  yesNo,
} from "../../text.ts";

const ADVICE =
  "Whoever is at the target has to serve this domain or pass its mail on: others take foreign mail and drop it";

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("endpoint_cache.list", {});
  const rows = data.overrides.map((entry) => [
    entry.lookup_key,
    entry.target_host,
    String(entry.hits),
    moment(entry.last_used_at),
    entry.comment,
  ]);
  const header = ["for", "target", "used", "last", "comment"];
  return { data, text: table(header, rows) };
}

async function get(call: Call): Promise<CommandResult> {
  const data = await call.access.call("endpoint_cache.get", {
    lookup_key: argument(call, 0),
  });
  const text = facts([
    ["for", data.lookup_key],
    ["target", data.target_host],
    ["certificate", data.tls],
    ["if it fails for now", data.fallback],
    ["plain HTTP too", yesNo(data.http)],
    ["SMTP too", yesNo(data.smtp)],
    ["used", counted(data.hits, "time", "times")],
    ["last used", moment(data.last_used_at)],
    ["made", moment(data.created_at)],
    ["changed", moment(data.updated_at)],
    ["comment", data.comment],
  ]);
  return { data, text };
}

async function set(call: Call): Promise<CommandResult> {
  const put = await call.access.call("endpoint_cache.set", {
    lookup_key: argument(call, 0),
    target_host: argument(call, 1),
    comment: textOption(call, "comment") ?? call.args[2],
    tls: choiceOption(call, "tls", ["any", "verify", "none"]),
    fallback: choiceOption(call, "fallback", ["none", "direct"]),
    http: flagOption(call, "http"),
    smtp: flagOption(call, "smtp"),
  });
  const data = await withApplied(call, put);
  return {
    data,
    text: `Mail to ${data.lookup_key} goes to ${data.target_host}\n${ADVICE}${
      appliedNote(data.applied)
    }`,
  };
}

async function remove(call: Call): Promise<CommandResult> {
  const removed = await call.access.call("endpoint_cache.remove", {
    lookup_key: argument(call, 0),
  });
  const data = await withApplied(call, removed);
  return {
    data,
    text: `Removed ${data.deleted}: its mail goes where the DNS says${
      appliedNote(data.applied)
    }`,
  };
}

/** Exits with 9 if nobody answers there. */
export async function testRoute(call: Call): Promise<CommandResult> {
  const data = await call.access.call("endpoint_cache.test", {
    domain: argument(call, 0),
  });
  if (data.local) {
    const text = `Mail to ${data.domain} stays here: the domain is ours`;
    return { data, text };
  }
  const ways = data.ways.map(({ way, host, port, text }) => [
    way,
    host,
    String(port),
    text,
  ]);
  const text = [
    `Mail to ${data.domain} ${routeText(data)}`,
    data.waiting ?? data.problem ??
      table(["way", "host", "port", "found"], ways),
  ].join("\n");
  const isReached = data.waiting !== null ||
    data.ways.some(({ reached }) => reached);
  return { data, text, ...(isReached ? {} : { exit: EXIT.network }) };
}

function routeText(
  { lookup_key, exchanger }: {
    readonly lookup_key: string | null;
    readonly exchanger: string | null;
  },
): string {
  if (lookup_key !== null) return `goes by the entry for ${lookup_key}`;
  return exchanger === null
    ? "goes where its DNS says"
    : `goes by the exchanger ${exchanger}`;
}

export const ENDPOINT_CACHE_COMMANDS: readonly Command[] = [
  {
    usage: "endpoint-cache list",
    summary: "Where mail goes instead of where the DNS says",
    isDefault: true,
    run: list,
  },
  { usage: "endpoint-cache get <key>", summary: "One entry", run: get },
  {
    usage: "endpoint-cache set <key> <target> [comment]",
    summary:
      "Send mail to a domain, *.domain or * to a host, host:port or URL (https, http, smtp, smtps), or to exchanger:NAME",
    options: [
      { flags: "--comment <text>", summary: "what it is for" },
      {
        flags: "--tls <any|verify|none>",
        summary: "how far its certificate is believed (any)",
      },
      {
        flags: "--fallback <none|direct>",
        summary: "direct: the usual ways follow when it fails for now (none)",
      },
      { flags: "--http", summary: "of a host: plain HTTP too" },
      { flags: "--smtp", summary: "of a URL: SMTP at its host too" },
    ],
    run: set,
  },
  {
    usage: "endpoint-cache remove <key>",
    aliases: ["delete"],
    summary: "Remove an entry",
    run: remove,
  },
  {
    usage: "endpoint-cache test <domain>",
    summary: "Where its mail would go now, and who answers there; sends none",
    run: testRoute,
  },
];

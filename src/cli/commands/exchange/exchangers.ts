/** Servers that carry mail between relays that cannot reach each other. @module */
import {
  LONG_POLL,
  POLL_INTERVAL,
  PROTOCOLS,
} from "../../../federation/exchange/exchanger.ts";
import type { AdminInput } from "../../../admin/operation_table.ts";
import {
  argument,
  type Call,
  choiceOption,
  type Command,
  type CommandOption,
  type CommandResult,
  confirm,
  flagOption,
  numberOption,
  textOption,
  withApplied,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { textOf } from "../../terminal.ts";
import { withObstacles } from "../../warned.ts";
import { appliedNote, counted, moment, table } from "../../text.ts";

const ON_OFF = ["on", "off"] as const;

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("exchangers.list", {});
  const rows = data.exchangers.map((one) => [
    one.name,
    one.enabled ? "on" : "off",
    one.roles.join(","),
    one.url,
    one.domains.join(","),
    `${one.pulled}/${one.pushed}/${one.served}`,
    moment(one.last_ok_at),
    one.last_error ?? "",
  ]);
  const header = [
    "name",
    "state",
    "roles",
    "url",
    "domains",
    "pulled/pushed/served",
    "last ok",
    "error",
  ];
  return { data, text: table(header, rows) };
}

async function add(call: Call): Promise<CommandResult> {
  const put = await call.access.call("exchangers.add", {
    ...await changeOf(call),
    name: argument(call, 0),
    ...(call.args[1] === undefined ? {} : { url: call.args[1] }),
  });
  const data = await withApplied(call, put);
  const what = `${data.created ? "Added" : "Changed"} ${data.name}`;
  return { data, text: what + shown(data.token) + appliedNote(data.applied) };
}

async function set(call: Call): Promise<CommandResult> {
  return await change(call, await changeOf(call));
}

async function change(
  call: Call,
  input: Omit<AdminInput<"exchangers.set">, "name">,
): Promise<CommandResult> {
  const put = await call.access.call("exchangers.set", {
    ...input,
    name: argument(call, 0),
  });
  const data = await withApplied(call, put);
  const text = `Changed ${data.name}${shown(data.token)}${
    appliedNote(data.applied)
  }`;
  return input.enabled === true
    ? withObstacles({ data, text }, await federationObstacles(call))
    : { data, text };
}

async function federationObstacles(call: Call) {
  const name = "federation_enabled";
  const { value } = await call.access.call("settings.get", { name });
  return value === "true"
    ? {}
    : { obstacles: ['federation is off: "federation enable"'] };
}

async function remove(call: Call): Promise<CommandResult> {
  const name = argument(call, 0);
  await confirm(call, `Forget the exchanger ${name}?`);
  const removed = await call.access.call("exchangers.remove", { name });
  const data = await withApplied(call, removed);
  return {
    data,
    text: `Removed ${data.deleted}${appliedNote(data.applied)}`,
  };
}

async function token(call: Call): Promise<CommandResult> {
  const given = await tokenIn(call);
  const put = await call.access.call("exchangers.token", {
    name: argument(call, 0),
    ...(given === undefined ? {} : { token: given }),
  });
  const data = await withApplied(call, put);
  const text = `${data.name} has another token${shown(data.token)}${
    appliedNote(data.applied)
  }`;
  return { data, text };
}

async function poll(call: Call): Promise<CommandResult> {
  const data = await call.access.call("exchangers.poll", {
    name: argument(call, 0),
  });
  if (data.error !== null) {
    return { data, text: `Failed: ${data.error}`, exit: EXIT.network };
  }
  const text = `Fetched ${counted(data.pulled, "message", "messages")}, ${
    counted(data.rejected, "was", "were")
  } refused`;
  return { data, text };
}

async function changeOf(
  call: Call,
): Promise<Omit<AdminInput<"exchangers.set">, "name">> {
  const interval = numberOption(call, "pollInterval", POLL_INTERVAL) ??
    numberOption(call, "interval", POLL_INTERVAL);
  return {
    url: textOption(call, "url"),
    roles: listOption(call, "role"),
    protocol: choiceOption(call, "protocol", PROTOCOLS),
    token: await tokenIn(call),
    domains: listOption(call, "domains"),
    poll_interval: interval,
    long_poll: numberOption(call, "longPoll", LONG_POLL),
    tls: choiceOption(call, "tls", ["verify", "any"]),
    when: choiceOption(call, "when", ["always", "fallback"]),
    trust_auth: onOff(call, "trustAuth"),
    allow_insecure: onOff(call, "allowInsecure"),
  };
}

/** One line of standard input: it is in no list of processes. */
async function tokenIn(call: Call): Promise<string | undefined> {
  if (!flagOption(call, "tokenStdin")) return undefined;
  const line = await call.terminal.readLine();
  const given = line ? textOf(line).trim() : "";
  if (given !== "") return given;
  throw new CliError("usage", "No token on standard input", EXIT.usage);
}

function listOption(call: Call, name: string): string[] | undefined {
  return textOption(call, name)?.split(/[ ,]+/).filter((one) => one !== "");
}

function onOff(call: Call, name: string): boolean | undefined {
  const state = choiceOption(call, name, ON_OFF);
  return state === undefined ? undefined : state === "on";
}

function shown(token: string | null): string {
  return token === null
    ? ""
    : `\nIts token, which is shown this once: ${token}`;
}

const CHANGES: readonly CommandOption[] = [
  {
    flags: "--role <roles>",
    summary:
      "push: mail goes to it; pull: we ask it; serve: it asks us; several with commas (pull)",
  },
  {
    flags: "--domains <domains>",
    summary: "whose mail it carries: domains, *.domain or *, with commas",
  },
  { flags: "--protocol <auto|v1|pull|me>", summary: "how it is asked (auto)" },
  { flags: "--poll-interval <seconds>", summary: "between polls (60)" },
  { flags: "--interval <seconds>", summary: "same as --poll-interval" },
  {
    flags: "--long-poll <seconds>",
    summary: "how long it may wait for mail before it answers (50)",
  },
  {
    flags: "--tls <verify|any>",
    summary: "how far its certificate is believed (verify)",
  },
  {
    flags: "--when <always|fallback>",
    summary: "fallback: mail goes there when all direct ways fail (always)",
  },
  {
    flags: "--trust-auth <on|off>",
    summary: "it vouches for the senders of what it brings (off)",
  },
  {
    flags: "--allow-insecure <on|off>",
    summary: "it may be in clear or in a private network (off)",
  },
  { flags: "--token-stdin", summary: "its token is on standard input" },
];

export const EXCHANGER_COMMANDS: readonly Command[] = [
  {
    usage: "exchanger list",
    summary: "All exchangers, and what came of them",
    isDefault: true,
    run: list,
  },
  {
    usage: "exchanger add <name> [url]",
    summary: "Name an exchanger, or change one that exists",
    options: CHANGES,
    run: add,
  },
  {
    usage: "exchanger set <name>",
    summary: "Change an exchanger",
    options: [{ flags: "--url <url>", summary: "where it is" }, ...CHANGES],
    run: set,
  },
  {
    usage: "exchanger remove <name>",
    aliases: ["delete"],
    summary: "Forget an exchanger",
    run: remove,
  },
  {
    usage: "exchanger enable <name>",
    summary: "Use it again",
    run: (call) => change(call, { enabled: true }),
  },
  {
    usage: "exchanger disable <name>",
    summary: "Do nothing with it for now",
    run: (call) => change(call, { enabled: false }),
  },
  {
    usage: "exchanger poll <name>",
    aliases: ["pull"],
    summary: "Ask it for our mail now",
    run: poll,
  },
  {
    usage: "exchanger token <name>",
    summary: "Give it another token; a new one unless it is on standard input",
    options: [
      { flags: "--token-stdin", summary: "the token is on standard input" },
    ],
    run: token,
  },
];

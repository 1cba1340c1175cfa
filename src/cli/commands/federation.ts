/** With whom mail is exchanged: the switch, the policy, rules, dismissals. @module */
import type { AdminOutput } from "../../admin/operation_table.ts";
import { formatSize, roundedSize } from "../../base/sizes.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  confirm,
  textOption,
  withApplied,
} from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { appliedNote, counted, facts, moment, table } from "../text.ts";
import { FEDERATION_STATISTICS_COMMANDS } from "./federation_statistics.ts";
import { destinationTable } from "./queue_destinations.ts";

type Switch = AdminOutput<"federation.enable">;

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("federation.status", {});
  const { queue } = data;
  const summary = facts([
    ...switchFacts(data),
    ["rules", String(data.rules)],
    ["dismissed domains", String(data.dismissed)],
    [
      "queue",
      `${counted(queue.messages, "message", "messages")}, ${
        roundedSize(queue.bytes)
      }: ${queue.waiting} waiting, ${queue.held} held, ${queue.failed} failed`,
    ],
    ["being sent", sending(queue.sending)],
    ["destinations not reached", String(queue.unreached_destinations)],
    ["destinations held", String(queue.held_destinations)],
  ]);
  const parts = [
    summary,
    ...(data.traffic.length === 0 ? [] : [trafficTable(data.traffic)]),
    ...(data.destinations.length === 0
      ? []
      : [destinationTable(data.destinations)]),
  ];
  return { data, text: parts.join("\n\n") };
}

function trafficTable(
  traffic: AdminOutput<"federation.status">["traffic"],
): string {
  return table(
    ["domain", "health", "sent", "failed tries", "received", "mean", "failure"],
    traffic.map((peer) => [
      peer.domain,
      peer.health,
      String(peer.sent),
      String(peer.failed),
      String(peer.received),
      peer.latency_ms === null ? "" : `${peer.latency_ms} ms`,
      peer.last_failure ?? "",
    ]),
  );
}

function switchFacts(data: Switch): [string, string][] {
  return [
    ["federation", data.enabled ? "on" : "off"],
    ["policy", data.policy],
    ["largest message", formatSize(data.max_federation_size)],
  ];
}

function sending(
  data: AdminOutput<"federation.status">["queue"]["sending"],
): string {
  if (data === null) return "nothing, the server does not run";
  return data.paused
    ? "nothing, it is paused"
    : `${counted(data.attempts, "attempt", "attempts")} at ${
      counted(data.destinations, "destination", "destinations")
    }`;
}

async function turn(
  call: Call,
  operation: "federation.enable" | "federation.disable",
): Promise<CommandResult> {
  return await switched(call, await call.access.call(operation, {}));
}

async function policy(call: Call): Promise<CommandResult> {
  const [written] = call.args;
  if (written === undefined) {
    const { policy } = await call.access.call("federation.rules", {});
    return { data: { policy }, text: policy };
  }
  const word = written.toUpperCase();
  if (word !== "ACCEPT" && word !== "REJECT") {
    throw new CliError(
      "usage",
      `Write accept or reject, not "${written}"`,
      EXIT.usage,
    );
  }
  return await switched(
    call,
    await call.access.call("federation.set_policy", { policy: word }),
  );
}

async function switched(call: Call, changed: Switch): Promise<CommandResult> {
  const data = await withApplied(call, changed);
  return { data, text: facts(switchFacts(data)) + appliedNote(data.applied) };
}

async function setRule(
  call: Call,
  action: "allow" | "block",
): Promise<CommandResult> {
  const changed = await call.access.call("federation.set_rule", {
    domain: argument(call, 0),
    action,
    comment: textOption(call, "comment"),
  });
  const data = await withApplied(call, changed);
  const word = action === "allow" ? "allowed" : "blocked";
  return {
    data,
    text: `${data.domain} is ${word}${appliedNote(data.applied)}`,
  };
}

async function setChannels(call: Call): Promise<CommandResult> {
  const domain = argument(call, 0);
  const http = channelOption(call, "http");
  const smtp = channelOption(call, "smtp");
  if (!http && !smtp) {
    throw new CliError("usage", "Name --http, --smtp or both", EXIT.usage);
  }
  const changed = await call.access.call("federation.set_channels", {
    domain,
    http,
    smtp,
  });
  const data = await withApplied(call, changed);
  const { rule } = data;
  const text = rule
    ? facts([
      ["domain", rule.domain],
      ["action", rule.action ?? "as the policy says"],
      ["http", rule.http ?? "as wider rules say"],
      ["smtp", rule.smtp ?? "as wider rules say"],
    ])
    : `No rule is about ${domain} any more`;
  return { data, text: text + appliedNote(data.applied) };
}

function channelOption(
  call: Call,
  name: "http" | "smtp",
): "on" | "off" | "default" | undefined {
  const word = textOption(call, name);
  if (
    word === undefined || word === "on" || word === "off" || word === "default"
  ) {
    return word;
  }
  throw new CliError(
    "usage",
    `--${name} must be on, off or default (got "${word}")`,
    EXIT.usage,
  );
}

async function removeRule(call: Call): Promise<CommandResult> {
  const removed = await call.access.call("federation.remove_rule", {
    domain: argument(call, 0),
  });
  const data = {
    ...await withApplied(call, removed),
    action: "remove",
    total: removed.remaining,
  };
  const text = `No rule is about ${data.domain} any more`;
  return { data, text: text + appliedNote(data.applied) };
}

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("federation.rules", {});
  const rows = data.rules.map((rule) => [
    rule.domain,
    rule.action ?? "",
    rule.http ?? "",
    rule.smtp ?? "",
    moment(rule.created_at),
    String(rule.hits),
    moment(rule.last_hit_at),
    rule.comment,
  ]);
  const header = [
    "domain",
    "action",
    "http",
    "smtp",
    "created",
    "hits",
    "last hit",
    "comment",
  ];
  return { data, text: `policy: ${data.policy}\n${table(header, rows)}` };
}

async function flush(
  call: Call,
  operation: "federation.flush_rules" | "federation.flush_dismissed",
): Promise<CommandResult> {
  await confirm(
    call,
    operation === "federation.flush_rules"
      ? "Remove all federation rules?"
      : "Send mail for all dismissed domains again?",
  );
  const flushed = await call.access.call(operation, {});
  const data = await withApplied(call, { ...flushed, total: 0 });
  const text = `Removed ${counted(data.deleted, "entry", "entries")}`;
  return { data, text: text + appliedNote(data.applied) };
}

async function dismiss(call: Call): Promise<CommandResult> {
  const added = await call.access.call("federation.dismiss", {
    domain: argument(call, 0),
  });
  const data = await withApplied(call, added);
  const text = `Mail for ${data.domain} is taken, and sent nowhere`;
  return { data, text: text + appliedNote(data.applied) };
}

async function undismiss(call: Call): Promise<CommandResult> {
  const removed = await call.access.call("federation.undismiss", {
    domain: argument(call, 0),
  });
  const data = await withApplied(call, {
    ...removed,
    total: removed.remaining,
  });
  const text = `Mail for ${data.domain} is sent again`;
  return { data, text: text + appliedNote(data.applied) };
}

async function listDismissed(call: Call): Promise<CommandResult> {
  const data = await call.access.call("federation.dismissed", {});
  const rows = data.domains.map(({ domain, added }) => [domain, moment(added)]);
  return { data, text: table(["domain", "added"], rows) };
}

const RULE_COMMENT = { flags: "--comment <text>", summary: "what it is for" };

export const FEDERATION_COMMANDS: readonly Command[] = [
  {
    usage: "federation status",
    summary: "What is in force, and what waits for whom",
    isDefault: true,
    run: status,
  },
  {
    usage: "federation enable",
    summary: "Exchange mail with other servers",
    run: (call) => turn(call, "federation.enable"),
  },
  {
    usage: "federation disable",
    summary: "Exchange no mail with other servers; what is queued stays",
    run: (call) => turn(call, "federation.disable"),
  },
  {
    usage: "federation policy [accept|reject]",
    summary: "What holds where no rule is about a domain",
    run: policy,
  },
  {
    usage: "federation block <domain>",
    summary: "Exchange no mail with a domain, *.domain or *",
    options: [RULE_COMMENT],
    run: (call) => setRule(call, "block"),
  },
  {
    usage: "federation allow <domain>",
    summary: "Exchange mail with a domain, whatever the policy is",
    options: [RULE_COMMENT],
    run: (call) => setRule(call, "allow"),
  },
  {
    usage: "federation rule <domain>",
    summary: "Turn ways to send mail to a domain on or off",
    options: [
      { flags: "--smtp <state>", summary: "on, off or default" },
      { flags: "--http <state>", summary: "/mxdeliv: on, off or default" },
    ],
    run: setChannels,
  },
  {
    usage: "federation remove <domain>",
    summary: "Remove the rule for a domain",
    run: removeRule,
  },
  { usage: "federation list", summary: "All rules", run: list },
  {
    usage: "federation flush",
    summary: "Remove all rules",
    run: (call) => flush(call, "federation.flush_rules"),
  },
  {
    usage: "federation dismiss <domain>",
    summary: "Take mail for a domain, and send it nowhere, without a word",
    run: dismiss,
  },
  {
    usage: "federation undismiss <domain>",
    summary: "Send mail for a domain again",
    run: undismiss,
  },
  {
    usage: "federation dismiss-list",
    summary: "Domains whose mail is dismissed",
    run: listDismissed,
  },
  {
    usage: "federation dismiss-flush",
    summary: "Dismiss mail for no domain any more",
    run: (call) => flush(call, "federation.flush_dismissed"),
  },
  ...FEDERATION_STATISTICS_COMMANDS,
];

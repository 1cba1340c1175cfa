/** What has been counted of mail with other domains, and how one of them can be reached. @module */
import type { AdminOutput } from "../../admin/operation_table.ts";
import { roundedSize } from "../../base/sizes.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  confirm,
  withApplied,
} from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { appliedNote, counted, facts, moment, table } from "../text.ts";
import { testRoute } from "./exchange/endpoint_cache.ts";

type Server = NonNullable<AdminOutput<"federation.server">["server"]>;
type Stats = AdminOutput<"federation.stats">;

async function stats(call: Call): Promise<CommandResult> {
  const [domain] = call.args;
  if (domain !== undefined) return await ofOne(call, domain);
  const data = await call.access.call("federation.stats", {});
  const { health } = data;
  const summary = facts([
    ["domains", String(data.domains)],
    [
      "health",
      `${health.perfect} perfect, ${health.federated} federated, ${health.bad} bad, ${health.none} without mail from here`,
    ],
    ...latencyFacts(data.latency),
  ]);
  const { traffic } = await call.access.call("federation.status", {});
  return {
    data: { traffic, ...data },
    text: `${summary}\n\n${dayTable(data)}`,
  };
}

function latencyFacts(latency: Stats["latency"]): [string, string][] {
  return Object.entries(latency).map(([way, { p50_ms, p95_ms, p99_ms }]) => [
    `${way}, ms`,
    `${p50_ms} (half), ${p95_ms} (95 %), ${p99_ms} (99 %)`,
  ]);
}

function dayTable({ days }: Stats): string {
  const header = [
    "day",
    "received",
    "rejected",
    "delivered",
    "refused",
    "deferred",
    "unreached",
    "dismissed",
    "failed",
    "expired",
  ];
  return table(
    header,
    days.map(({ date, ...numbers }) => [
      date,
      String(numbers.received),
      String(numbers.rejected),
      String(numbers.delivered),
      String(numbers.refused),
      String(numbers.deferred),
      String(numbers.unreached),
      String(numbers.dismissed),
      String(numbers.failed),
      String(numbers.expired),
    ]),
  );
}

async function ofOne(call: Call, domain: string): Promise<CommandResult> {
  const data = await call.access.call("federation.server", { domain });
  const { server } = data;
  if (server === null) {
    return { data, text: "No mail with this domain has been counted" };
  }
  return { data, text: `${facts(serverFacts(server))}\n\n${wayTable(server)}` };
}

function serverFacts(server: Server): [string, string][] {
  const { last_failure: failure } = server;
  return [
    ["domain", server.domain],
    ["health", server.health],
    ["waiting", counted(server.queued_messages, "recipient", "recipients")],
    [
      "received",
      `${server.inbound_deliveries} (${
        roundedSize(server.bytes_in)
      }), ${server.rejected_in} rejected`,
    ],
    [
      "sent",
      `${server.successful_deliveries} (${
        roundedSize(server.bytes_out)
      }), ${server.tls_verified} with a verified certificate`,
    ],
    [
      "not delivered",
      `${server.bounced} failed, ${server.expired} expired, ${server.dismissed} dismissed`,
    ],
    ["last received", hour(server.last_in)],
    ["last sent", hour(server.last_out)],
    [
      "last failure",
      failure === null
        ? "none"
        : `${moment(failure.at)} ${failure.transport}: ${failure.text}`,
    ],
  ];
}

function hour(at: number | null): string {
  return at === null ? "never" : moment(at);
}

function wayTable({ ways }: Server): string {
  return table(
    ["way", "delivered", "refused", "deferred", "unreached", "50 %", "99 %"],
    Object.entries(ways).map(([name, way]) => [
      name,
      String(way.success),
      String(way.refused),
      String(way.deferred),
      String(way.unreached),
      way.p50_ms === null ? "" : `${way.p50_ms} ms`,
      way.p99_ms === null ? "" : `${way.p99_ms} ms`,
    ]),
  );
}

async function servers(call: Call): Promise<CommandResult> {
  const data = await call.access.call("federation.servers", {});
  const rows = data.servers.map((server) => [
    server.domain,
    server.health,
    String(server.queued_messages),
    String(server.successful_deliveries),
    String(server.inbound_deliveries),
    server.mean_latency_ms === null ? "" : `${server.mean_latency_ms} ms`,
    hour(server.last_active),
  ]);
  return {
    data,
    text: table(
      ["domain", "health", "waiting", "sent", "received", "mean", "active"],
      rows,
    ),
  };
}

/** What of ours a peer looks at, and whether it can be reached. */
async function test(call: Call): Promise<CommandResult> {
  const route = await testRoute(call);
  const dkim = await call.access.call("dkim.check", {});
  const wrong = dkim.keys.filter(({ record }) => record !== "ok");
  const names = new Set([...wrong, ...dkim.lost].map(({ name }) => name));
  const ours = dkim.ok
    ? "Our DKIM records are as they should be"
    : `Our DKIM records are not: ${[...names].join(", ")} (see dkim check)`;
  return {
    data: { route: route.data, dkim_ok: dkim.ok },
    text: `${route.text}\n${ours}`,
    exit: dkim.ok ? route.exit ?? EXIT.ok : EXIT.failed,
  };
}

async function reset(call: Call): Promise<CommandResult> {
  const [domain] = call.args;
  await confirm(
    call,
    domain === undefined
      ? "Forget what has been counted of all domains?"
      : `Forget what has been counted of ${domain}?`,
  );
  const data = await withApplied(
    call,
    await call.access.call("federation.reset_stats", {
      ...(domain !== undefined && { domain }),
    }),
  );
  const text = `Forgot ${counted(data.deleted, "domain", "domains")}`;
  return { data, text: text + appliedNote(data.applied) };
}

export const FEDERATION_STATISTICS_COMMANDS: readonly Command[] = [
  {
    usage: "federation stats [domain]",
    summary: "What has been counted of mail with other domains, or with one",
    run: stats,
  },
  {
    usage: "federation servers",
    summary: "Each other domain, those with most mail first",
    run: servers,
  },
  {
    usage: "federation reset-stats [domain]",
    summary: "Forget what has been counted of all domains, or of one",
    run: reset,
  },
  {
    usage: "federation test <domain>",
    summary:
      "Where mail to a domain would go, who answers there, and whether our DKIM records are right",
    run: test,
  },
];

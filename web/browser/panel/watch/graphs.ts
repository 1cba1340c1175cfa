/** Which series are drawn together. @module */
import type { Unit } from "../graph/units.ts";

export interface Graph {
  readonly title: string;
  readonly keys: readonly string[];
  readonly unit: Unit;
  readonly isStacked?: boolean;
}

/** As many as there are colours; what is small beside these is in the table of the month. */
const CATEGORIES = [
  "mail_imap",
  "submission",
  "federation_in",
  "federation_out",
  "turn_relay",
  "http",
];

export const NETWORK_KEYS = {
  in: CATEGORIES.map((name) => `network.${name}.in`),
  out: CATEGORIES.map((name) => `network.${name}.out`),
} as const;

export const MESSAGES: Graph = {
  title: "graph.messages",
  keys: [
    "messages.sent",
    "messages.delivered",
    "messages.received",
    "messages.out",
    "messages.refused",
  ],
  unit: "per_minute",
};

export const GRAPHS: readonly Graph[] = [
  MESSAGES,
  {
    title: "graph.federation",
    keys: [
      "federation.http.ok",
      "federation.http.failed",
      "federation.smtp.ok",
      "federation.smtp.failed",
    ],
    unit: "per_minute",
  },
  { title: "graph.queue", keys: ["queue.length"], unit: "count" },
  { title: "graph.queue_age", keys: ["queue.oldest"], unit: "seconds" },
  {
    title: "graph.connections",
    keys: [
      "connections.imap",
      "connections.imap_idle",
      "connections.submission",
      "connections.smtp",
      "connections.http",
      "connections.webmail",
    ],
    unit: "count",
  },
  {
    title: "graph.storage",
    keys: ["storage.mail", "storage.database"],
    unit: "bytes",
  },
  { title: "graph.disk", keys: ["storage.free"], unit: "bytes" },
  {
    title: "graph.accounts",
    keys: ["accounts.total", "accounts.active"],
    unit: "count",
  },
  {
    title: "graph.new_accounts",
    keys: ["accounts.new", "auth.failed"],
    unit: "per_minute",
  },
  { title: "graph.cpu", keys: ["process.cpu"], unit: "percent" },
  {
    title: "graph.memory",
    keys: ["process.memory", "process.heap"],
    unit: "bytes",
  },
  { title: "graph.lag", keys: ["process.lag"], unit: "seconds" },
  {
    title: "graph.calls",
    keys: ["turn.allocations", "connections.channels"],
    unit: "count",
  },
  {
    title: "graph.push",
    keys: ["push.sent", "push.failed"],
    unit: "per_minute",
  },
];

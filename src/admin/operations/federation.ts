/** With whom mail is exchanged, and how that goes. @module */
import { optional } from "valibot";
import { nowSeconds } from "../../base/clock.ts";
import { federationSize } from "../../settings/federation_size.ts";
import type { AdminContext } from "../context.ts";
import type { ServedQueue } from "../live_server.ts";
import { choice, integer } from "../fields.ts";
import { operation } from "../operation.ts";
import { type PeerHealth, servers } from "./federation_statistics.ts";
import {
  type DestinationShape,
  destinationShape,
} from "./queue_destinations.ts";

export const POLICY_CHOICES = ["ACCEPT", "REJECT"] as const;
export type PolicyWord = (typeof POLICY_CHOICES)[number];

export interface FederationSwitch {
  readonly enabled: boolean;
  readonly policy: PolicyWord;
  readonly max_federation_size: number;
}

export interface FederationStatus extends FederationSwitch {
  readonly rules: number;
  readonly dismissed: number;
  readonly queue: {
    readonly messages: number;
    readonly waiting: number;
    readonly held: number;
    /** Of which the sender is not told yet. */
    readonly failed: number;
    readonly bytes: number;
    readonly unreached_destinations: number;
    readonly held_destinations: number;
    /** What is sent just now; null while no server runs. */
    readonly sending: ServedQueue | null;
  };
  /** Since the statistics began, who has most of it first. */
  readonly traffic: readonly {
    readonly domain: string;
    readonly sent: number;
    readonly received: number;
    /** Attempts, also those that another one made good. */
    readonly failed: number;
    readonly latency_ms: number | null;
    readonly health: PeerHealth;
    readonly last_failure: string | null;
  }[];
  /** By name: what happened last, and when it goes on. */
  readonly destinations: readonly DestinationShape[];
}

/** What is in force. */
export function federationSwitch(
  { settings }: AdminContext,
): FederationSwitch {
  return {
    enabled: settings.get("federation_enabled"),
    policy: settings.get("federation_policy") === "open" ? "ACCEPT" : "REJECT",
    max_federation_size: federationSize(settings),
  };
}

async function status(
  context: AdminContext,
  { limit }: { readonly limit: number },
): Promise<FederationStatus> {
  const { store, federation, clock, live } = context;
  const summary = await store.queue.summary();
  const destinations = await store.queue.destinations(undefined, limit);
  const peers = await servers(context, { order: "traffic", limit, offset: 0 });
  const now = nowSeconds(clock);
  return {
    ...federationSwitch(context),
    rules: federation.rules.rules().length,
    dismissed: federation.rules.dismissed().length,
    queue: {
      messages: summary.messages,
      waiting: summary.waiting,
      held: summary.held,
      failed: summary.failed,
      bytes: summary.octets,
      unreached_destinations: summary.unreached,
      held_destinations: summary.heldDestinations,
      sending: live?.queue() ?? null,
    },
    traffic: peers.map((peer) => ({
      domain: peer.domain,
      sent: peer.successful_deliveries,
      received: peer.inbound_deliveries,
      failed: peer.failed_http + peer.failed_https + peer.failed_smtp,
      latency_ms: peer.mean_latency_ms,
      health: peer.health,
      last_failure: peer.last_failure?.text ?? null,
    })),
    destinations: destinations.map((one) => destinationShape(one, now)),
  };
}

function turning(summary: string, enabled: boolean) {
  return operation({
    summary,
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      await context.settings.set("federation_enabled", String(enabled));
      return federationSwitch(context);
    },
  });
}

export const FEDERATION_OPERATIONS = {
  "federation.status": operation({
    summary: "Whether mail is exchanged, with whom, and what waits for whom",
    scope: "read",
    changes: false,
    input: {
      limit: optional(
        integer("destinations to list", { min: 0, max: 10_000 }),
        100,
      ),
    },
    run: status,
  }),
  "federation.enable": turning("Exchange mail with other servers", true),
  "federation.disable": turning(
    "Exchange no mail with other servers; what is queued stays",
    false,
  ),
  "federation.set_policy": operation({
    summary: "Say what holds where no rule is about a domain",
    scope: "full",
    changes: true,
    input: {
      policy: choice(
        "ACCEPT lets mail pass, REJECT does not",
        POLICY_CHOICES,
      ),
    },
    async run(context, { policy }) {
      await context.settings.set("federation_policy", policy);
      return federationSwitch(context);
    },
  }),
} as const;

/**
 * Requests under names that are none of ours, from people who have mistyped one,
 * from scanners that know no more than an address, and from pages that have
 * their own name lead here to be taken for us.
 *
 * @module
 */
import { isLoopback } from "../base/peer_address.ts";
import type { UnknownHost } from "../config/web_kinds.ts";
import type { HttpHandler, HttpPeer } from "../http/peer.ts";
import type { FixedAnswers } from "../http/server/fixed_answers.ts";
import type { UpgradeRoute } from "../http/server/upgrade.ts";
import { ACME_PREFIX } from "./acme_challenges.ts";

export interface HostRules {
  /** What is asked for under another name gets. */
  unknown(): UnknownHost;
  /** @param host as it stands in an URL, without port */
  isOwn(host: string): boolean;
  /** How refusals look here. */
  readonly answers: Pick<FixedAnswers, "plain">;
}

/** Of this machine, for those who are on it. */
const LOCAL_NAMES: ReadonlySet<string> = new Set([
  "localhost",
  "127.0.0.1",
  "[::1]",
]);

export function withKnownHosts(
  rules: HostRules,
  next: HttpHandler,
): HttpHandler {
  return (request, exchange) =>
    refused(rules, request, exchange) ?? next(request, exchange);
}

/** A route that turns its connection into another protocol is asked for by name, too. */
export function knownHostUpgrade(
  rules: HostRules,
  route: UpgradeRoute,
): UpgradeRoute {
  return {
    ...route,
    accept(request, peer) {
      const refusal = refused(rules, request, peer);
      if (!refusal) return route.accept(request, peer);
      // taken over by nobody, it ends
      return refusal.type === "error" ? () => Promise.resolve() : refusal;
    },
  };
}

/** undefined: it is for us. */
function refused(
  rules: HostRules,
  { url }: Request,
  { address }: HttpPeer,
): Response | undefined {
  const wanted = rules.unknown();
  if (wanted === "serve") return undefined;
  const { hostname, pathname } = new URL(url);
  if (rules.isOwn(hostname) || pathname.startsWith(ACME_PREFIX)) {
    return undefined;
  }
  if (LOCAL_NAMES.has(hostname) && isLoopback(address)) return undefined;
  if (wanted === "close") return Response.error();
  const { headers, body } = rules.answers.plain(421);
  const octets = body.kind === "whole" ? new Uint8Array(body.octets) : null;
  return new Response(octets, { status: 421, headers });
}

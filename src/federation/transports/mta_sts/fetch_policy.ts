/** Where the policy of a domain is (RFC 8461 §3.3): one HTTPS request, verified. @module */
import type { Timers } from "../../../base/clock.ts";
import { get } from "../../../http/client/get.ts";
import { HttpTrouble } from "../../../http/client/post.ts";
import { type Connections, NoConnection } from "../connections.ts";
import type { Way } from "../ways.ts";
import { MAX_POLICY_OCTETS } from "./policy.ts";

const TARGET = "/.well-known/mta-sts.txt";
const TOTAL_MS = 15_000;

export interface FetchParts {
  readonly connections: Pick<Connections, "open">;
  readonly timers: Timers;
  readonly port: number;
}

/** The text that is there; undefined for anything but a plain success. */
export async function fetchPolicy(
  domain: string,
  { connections, timers, port }: FetchParts,
): Promise<string | undefined> {
  const name = `mta-sts.${domain}`;
  const way: Way = {
    name: "https",
    port,
    tls: "verified",
    isSecure: true,
    alpn: ["http/1.1"],
  };
  const place = { host: { name, source: "domain" }, isNamed: false } as const;
  const abort = new AbortController();
  const stop = timers.every(TOTAL_MS, () => abort.abort());
  try {
    const wire = await connections.open(way, place, abort.signal);
    const request = {
      host: name,
      target: TARGET,
      maxBodyOctets: MAX_POLICY_OCTETS,
    };
    const options = { timers, totalMs: TOTAL_MS };
    const { status, body, cut } = await get(wire, request, options);
    if (status !== 200 || cut) return undefined;
    return new TextDecoder().decode(body);
  } catch (error) {
    const isExpected = abort.signal.aborted || error instanceof NoConnection ||
      error instanceof HttpTrouble;
    if (isExpected) return undefined;
    throw error;
  } finally {
    stop();
  }
}

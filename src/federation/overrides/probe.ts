/**
 * Where mail to a domain would go now, and whether anybody answers there. Only
 * connections are opened, and TLS begun: no mail is sent.
 *
 * @module
 */
import { isIP } from "node:net";
import type { Clock, Timers } from "../../base/clock.ts";
import { type Dns, DnsFailure } from "../../dns/answers.ts";
import { dial, dialTls, DialTrouble } from "../../net/dial.ts";
import {
  type AddressGuard,
  findAddresses,
  findMailHosts,
  type HostLookUp,
} from "../destination.ts";
import type { SessionWire, SmtpSessions } from "../transports/smtp_sessions.ts";
import { noWayNote, noWayText } from "../verdicts/no_way_verdict.ts";
import { noteText } from "../verdicts/verdict.ts";
import type { RouteTarget } from "../route_override.ts";

/** A way to a host. */
export interface Way {
  readonly name: "https" | "http" | "smtp" | "smtps";
  /** A host name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface ProbedWay extends Way {
  readonly reached: boolean;
  /** What was found, for people. */
  readonly text: string;
}

export interface ProbeParts {
  readonly dns: Dns;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  readonly smtp: SmtpSessions;
  readonly families: () => readonly ("ipv4" | "ipv6")[];
  /** For EHLO: a domain, or an address literal. */
  hostname(): string;
}

const DEADLINE_MS = 10_000;
const PORTS = { https: 443, http: 80, smtp: 25 } as const;
const MAX_HOSTS = 3;

/** Ways of an override, in the order in which they are tried. */
export function waysOf(target: RouteTarget): Way[] {
  switch (target.kind) {
    case "host": {
      const { host, httpsPort = PORTS.https, http } = target;
      return [
        { name: "https", host, port: httpsPort },
        { name: "smtp", host, port: PORTS.smtp },
        ...(http ? [{ name: "http" as const, host, port: PORTS.http }] : []),
      ];
    }
    case "url": {
      const { url, smtp } = target;
      const name = url.protocol === "https:" ? "https" : "http";
      const host = url.hostname.replace(/^\[|\]$/g, "");
      const port = url.port === "" ? PORTS[name] : Number(url.port);
      return [
        { name, host, port },
        ...(smtp ? [{ name: "smtp" as const, host, port: PORTS.smtp }] : []),
      ];
    }
    case "smtp": {
      const { host, port, implicitTls } = target;
      return [{ name: implicitTls ? "smtps" : "smtp", host, port }];
    }
  }
}

/** Ways to a canonical domain that no override is about; empty, with why, if there are none. */
export async function usualWays(
  domain: string,
  { dns, random }: Pick<HostLookUp, "dns" | "random">,
): Promise<{ ways: Way[]; problem?: string }> {
  const found = await findMailHosts(domain, {
    dns,
    random,
    freshness: "fresh",
  });
  if (found.kind === "no_way") {
    return { ways: [], problem: noWayText(found) };
  }
  const ways = found.hosts.slice(0, MAX_HOSTS).flatMap(({ name }): Way[] => [
    { name: "https", host: name, port: PORTS.https },
    { name: "smtp", host: name, port: PORTS.smtp },
  ]);
  return { ways };
}

/** @param guard What mail is kept from is not asked either. */
export async function probe(
  way: Way,
  parts: ProbeParts,
  guard: AddressGuard,
): Promise<ProbedWay> {
  try {
    const { dns } = parts;
    const source = isIP(way.host) === 0 ? "exchanger" : "literal";
    const found = await findAddresses(
      { name: way.host, source },
      { dns, families: parts.families(), guard },
    );
    if (found.kind === "no_way") {
      const { status, text } = noWayNote(found);
      return { ...way, reached: false, text: `${status} ${text}` };
    }
    const text = await reach(way, found.addresses, parts);
    return { ...way, reached: true, text };
  } catch (error) {
    const trouble = parts.smtp.trouble(error);
    if (!trouble && isBug(error)) throw error;
    const said = trouble?.reply?.lines.join(" ");
    const text = said ?? (error as Error).message;
    return { ...way, reached: false, text: noteText(text) };
  }
}

async function reach(
  way: Way,
  addresses: readonly string[],
  parts: ProbeParts,
): Promise<string> {
  const { clock, timers } = parts;
  const isTls = way.name === "https" || way.name === "smtps";
  const wire = await (isTls ? dialTls : dial)({
    addresses,
    port: way.port,
    deadlineMs: DEADLINE_MS,
    tls: { host: way.host, certificate: "any" },
    clock,
    timers,
  });
  let isLate = false;
  const stop = timers.every(DEADLINE_MS, () => {
    isLate = true;
    wire.close();
  });
  try {
    if (way.name === "smtp" && !await greet(wire, parts)) {
      return "answers, and offers no TLS";
    }
    if (way.name === "http") return "answers";
    const fault = wire.identity?.fault;
    return fault === undefined
      ? "answers, its certificate is verified"
      : `answers, its certificate cannot be trusted (${fault})`;
  } catch (error) {
    throw isLate ? new DialTrouble("timeout", "no answer in time") : error;
  } finally {
    stop();
    wire.close();
    await wire.gone;
  }
}

/** False if the server knows no STARTTLS; else TLS is on. */
async function greet(
  wire: SessionWire,
  { smtp, hostname }: ProbeParts,
): Promise<boolean> {
  const session = smtp.open(wire, { name: hostname(), finalMs: DEADLINE_MS });
  await session.greet();
  if (!session.extensions.startTls) return false;
  await session.startTls();
  return true;
}

/** What the network and the peer can do is no fault of ours. */
function isBug(error: unknown): boolean {
  if (error instanceof DnsFailure || error instanceof DialTrouble) return false;
  return !(error instanceof Error) || error instanceof TypeError;
}

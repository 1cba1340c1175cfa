/** Connections of checks: to our own ports, and to others. @module */
import { dial, type DialledWire, dialTls } from "../../net/dial.ts";
import { get } from "../../http/client/get.ts";
import type { HttpResponse } from "../../http/client/response_receiver.ts";
import type { ListenerShape } from "../../admin/live_server.ts";
import type { World } from "./check.ts";

const CONNECT_MS = 10_000;
const ANSWER_MS = 10_000;
const MAX_BODY_OCTETS = 64 * 1024;

export interface Target {
  readonly address: string;
  readonly port: number;
}

/** Where this machine reaches a listener of its own. */
export function ownTarget({ address, port }: ListenerShape): Target {
  const everywhere = { "::": "::1", "0.0.0.0": "127.0.0.1" } as const;
  const local = everywhere[address as keyof typeof everywhere] ?? address;
  return { address: local, port };
}

/** @throws {DialTrouble} */
export function connect(
  { clock, timers, signal }: World,
  { address, port }: Target,
): Promise<DialledWire> {
  return dial({
    addresses: alternatives(address),
    port,
    deadlineMs: CONNECT_MS,
    tls: { host: address, certificate: "any" },
    clock,
    timers,
    signal,
  });
}

export interface Secured {
  /** Whom the certificate must name; an address is sent without SNI. */
  readonly host: string;
  readonly certificate: "verified" | "any";
  readonly alpn?: readonly string[];
}

/** @throws {DialTrouble | CertificateError | Error} */
export function connectTls(
  { clock, timers, signal }: World,
  { address, port }: Target,
  tls: Secured,
): Promise<DialledWire> {
  return dialTls({
    addresses: alternatives(address),
    port,
    deadlineMs: CONNECT_MS,
    tls,
    clock,
    timers,
    signal,
  });
}

/** A listener on every address may lack the one or the other family. */
function alternatives(address: string): readonly string[] {
  return address === "::1" ? ["127.0.0.1", "::1"] : [address];
}

/** Closes the connection. @throws {HttpTrouble} */
export function fetched(
  { timers }: World,
  wire: DialledWire,
  host: string,
  target: string,
): Promise<HttpResponse> {
  return get(wire, { host, target, maxBodyOctets: MAX_BODY_OCTETS }, {
    timers,
    totalMs: ANSWER_MS,
  });
}

/** Addresses of a name, IPv4 first; none where the DNS gives none. */
export async function addressesOf(
  { dns }: World,
  name: string,
): Promise<readonly string[]> {
  const found = await Promise.allSettled([dns.ipv4(name), dns.ipv6(name)]);
  return found.flatMap((one) =>
    one.status === "fulfilled" ? one.value.values : []
  );
}

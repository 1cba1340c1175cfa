/**
 * Connects back to relays that ask which of their ports can be reached from
 * here. Only to the address that the question has come from, only to ports of
 * relays, seldom, and no more is told than what whoever asks could see itself
 * from elsewhere. Where HTTP answers it is asked for a number that only the one
 * who asks knows: so it is known whether that is the same machine.
 *
 * @module
 */
import type { Clock, Timers } from "../../base/clock.ts";
import { limitKey } from "../../base/peer_address.ts";
import { Refusal } from "../../base/refusal.ts";
import { TokenBuckets } from "../../base/token_buckets.ts";
import { dial, type DialledWire, dialTls } from "../../net/dial.ts";
import { get } from "../client/get.ts";

export const ECHO_PATH = "/doctor/echo";
/** Questions that are asked now are found below it. */
export const ECHO_PREFIX = `${ECHO_PATH}/`;
export const NONCE = /^[0-9a-f]{32}$/;
export const MAX_ECHO_PORTS = 16;

/** `other`: something answers there, and it is not the one who asks. */
export type EchoFinding = "open" | "closed" | "other";

export interface EchoPorts {
  /** Where relays listen. */
  readonly all: readonly number[];
  readonly http: number;
  readonly https: number;
}

export interface PortEchoParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly ports: EchoPorts;
  isOn(): boolean;
  /** Whether anything may connect to this address. */
  mayReach(address: string): boolean;
}

const CONNECT_MS = 5000;
const ANSWER_MS = 5000;
const MAX_AT_ONCE = 4;
const BUSY_SECONDS = 30;
/** A machine that is being set up asks a few times. */
const PER_ADDRESS = { burst: 4, perSecond: 4 / 3600 };
const IN_ALL = { burst: 30, perSecond: 30 / 3600 };

/** The name that an authority is taken for at, for this number. */
export function challengeName(nonce: string): string {
  return `${nonce}.invalid`; // nobody can have a name there
}

/** What `challenge` sees there. Never rejects. */
export async function challengedAt(
  address: string,
  port: number,
  nonce: string,
  world: Pick<PortEchoParts, "clock" | "timers"> & { signal?: AbortSignal },
): Promise<string | undefined> {
  try {
    const wire = await dialTls({
      addresses: [address],
      port,
      deadlineMs: CONNECT_MS,
      tls: {
        host: challengeName(nonce),
        certificate: "any",
        alpn: [ACME_PROTOCOL],
      },
      ...world,
    });
    const { alpn, fingerprint } = wire.identity ?? {};
    wire.abort();
    return alpn === ACME_PROTOCOL ? fingerprint : undefined;
  } catch {
    return undefined;
  }
}

const ACME_PROTOCOL = "acme-tls/1"; // RFC 8737 §6.2

export class PortEcho {
  readonly #parts: PortEchoParts;
  readonly #perAddress: TokenBuckets;
  readonly #inAll: TokenBuckets;
  #running = 0;

  constructor(parts: PortEchoParts) {
    this.#parts = parts;
    this.#perAddress = new TokenBuckets(parts.clock, () => PER_ADDRESS);
    this.#inAll = new TokenBuckets(parts.clock, () => IN_ALL, 1);
  }

  get isOn(): boolean {
    return this.#parts.isOn();
  }

  /** Others are not connected to. */
  isPort(port: number): boolean {
    return this.#parts.ports.all.includes(port);
  }

  /**
   * Ends soon, whatever answers. undefined: nothing may connect to that address.
   *
   * @throws {Refusal} `too_many_requests`
   */
  async look(
    address: string,
    nonce: string,
    ports: readonly number[],
  ): Promise<ReadonlyMap<number, EchoFinding> | undefined> {
    if (!this.#parts.mayReach(address)) return undefined;
    this.#admit(address);
    this.#running++;
    try {
      const found = await Promise.all(
        [...new Set(ports)].filter((port) => this.isPort(port)).map(
          async (port) =>
            [port, await this.#lookAt(address, port, nonce)] as const,
        ),
      );
      return new Map(found);
    } finally {
      this.#running--;
    }
  }

  /**
   * Comes to the port of HTTPS as an authority would (RFC 8737 §3), for a name
   * that only who asks has an answer for. At most once for each `look`.
   *
   * @returns SHA-256 of the certificate that it is shown; undefined: it does not come through
   */
  async challenge(address: string, nonce: string): Promise<string | undefined> {
    if (!this.#parts.mayReach(address)) return undefined;
    return await challengedAt(address, this.#parts.ports.https, nonce, {
      clock: this.#parts.clock,
      timers: this.#parts.timers,
    });
  }

  #admit(address: string): void {
    const wait = this.#running >= MAX_AT_ONCE
      ? BUSY_SECONDS
      : this.#perAddress.take(limitKey(address)) || this.#inAll.take("");
    if (wait === 0) return;
    throw new Refusal("too_many_requests", { retryAfterSeconds: wait });
  }

  async #lookAt(
    address: string,
    port: number,
    nonce: string,
  ): Promise<EchoFinding> {
    const { http, https } = this.#parts.ports;
    const isWeb = port === http || port === https;
    let wire: DialledWire;
    try {
      wire = await this.#connect(address, port, port === https);
    } catch {
      return "closed";
    }
    if (!isWeb) {
      wire.abort();
      return "open";
    }
    return await this.#isAsker(wire, address, nonce) ? "open" : "other";
  }

  #connect(
    address: string,
    port: number,
    isSecure: boolean,
  ): Promise<DialledWire> {
    const { clock, timers } = this.#parts;
    return (isSecure ? dialTls : dial)({
      addresses: [address],
      port,
      deadlineMs: CONNECT_MS,
      tls: { host: address, certificate: "any", alpn: ["http/1.1"] },
      clock,
      timers,
    });
  }

  async #isAsker(
    wire: DialledWire,
    address: string,
    nonce: string,
  ): Promise<boolean> {
    const { timers } = this.#parts;
    const host = address.includes(":") ? `[${address}]` : address;
    const request = {
      host,
      target: ECHO_PREFIX + nonce,
      maxBodyOctets: nonce.length + 1,
    };
    try {
      const { status, body } = await get(wire, request, {
        timers,
        totalMs: ANSWER_MS,
      });
      return status === 200 && new TextDecoder().decode(body) === nonce;
    } catch {
      return false;
    }
  }
}

/**
 * The notification proxy: one POST for each device that is to wake up, with its
 * token as the body and nothing else. Connections are kept, so that a request
 * leaves at once.
 *
 * @module
 */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Clock, Timers } from "../base/clock.ts";
import type { Dns } from "../dns/answers.ts";
import { HttpTrouble, post, type PostRequest } from "../http/client/post.ts";
import { dial, type DialledWire, dialTls } from "../net/dial.ts";
import { answerOf, type PushAnswer } from "./answers.ts";

export interface ProxyPlace {
  readonly url: string;
  /** PEM, trusted beside the roots of the system. */
  readonly roots: readonly string[];
}

export interface ProxyParts {
  readonly dns: Pick<Dns, "ipv4" | "ipv6">;
  readonly clock: Clock;
  readonly timers: Timers;
  /** As it is now. @throws {Error} of the system when a file cannot be read */
  place(): Promise<ProxyPlace>;
}

export interface PushProxy {
  /** Never rejects but for bugs. */
  notify(token: string): Promise<PushAnswer>;
  close(): void;
}

const TIMEOUT_MS = 20_000;
const CONNECT_MS = 10_000;
const IDLE_MS = 120_000;
const MAX_IDLE = 16;
const SWEEP_MS = 10_000;

interface Idle {
  readonly wire: DialledWire;
  readonly place: ProxyPlace;
  readonly sinceMs: number;
}

export class HttpProxy implements PushProxy {
  readonly #parts: ProxyParts;
  readonly #open = new Set<DialledWire>();
  readonly #stopSweeping: () => void;
  readonly #closing = new AbortController();
  #idle: Idle[] = [];

  constructor(parts: ProxyParts) {
    this.#parts = parts;
    this.#stopSweeping = parts.timers.every(SWEEP_MS, () => this.#sweep());
  }

  async notify(token: string): Promise<PushAnswer> {
    try {
      return await this.#notify(token);
    } catch (error) {
      if (error instanceof TypeError || !(error instanceof Error)) throw error;
      return { kind: "failed", reason: error.message };
    }
  }

  /** Connects, and secures the connection. @throws {Error} why that cannot be done */
  async reach(): Promise<void> {
    this.#forget(await this.#connect(await this.#parts.place()));
  }

  /** Ends requests that are on their way too. */
  close(): void {
    this.#closing.abort();
    this.#stopSweeping();
    for (const wire of this.#open) wire.abort();
  }

  async #notify(token: string): Promise<PushAnswer> {
    const { timers, clock } = this.#parts;
    const place = await this.#parts.place();
    const request = requestOf(new URL(place.url), token);
    const options = { timers, stallMs: TIMEOUT_MS, responseMs: TIMEOUT_MS };
    for (;;) {
      const kept = this.#take(place);
      const wire = kept ?? await this.#connect(place);
      try {
        const response = await post(wire, request, options);
        if (response.reusable && !this.#closing.signal.aborted) {
          this.#idle.push({ wire, place, sinceMs: clock.monotonic() });
          this.#sweep();
        } else this.#forget(wire);
        // it was about to close what nobody used (RFC 9110 §15.5.9)
        if (kept && response.status === 408) continue;
        return answerOf(response, clock.now());
      } catch (error) {
        this.#forget(wire);
        if (kept && error instanceof HttpTrouble && error.untouched) continue;
        throw error;
      }
    }
  }

  #take({ url }: ProxyPlace): DialledWire | undefined {
    for (;;) {
      const idle = this.#idle.pop();
      if (!idle || idle.place.url === url) return idle?.wire;
      this.#forget(idle.wire);
    }
  }

  async #connect({ url, roots }: ProxyPlace): Promise<DialledWire> {
    const { clock, timers } = this.#parts;
    const { protocol, hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, "");
    const isTls = protocol === "https:";
    const wire = await (isTls ? dialTls : dial)({
      addresses: await this.#addresses(host),
      port: port === "" ? (isTls ? 443 : 80) : Number(port),
      deadlineMs: CONNECT_MS,
      tls: { host, certificate: "verified", roots, alpn: ["http/1.1"] },
      clock,
      timers,
      signal: this.#closing.signal,
    });
    this.#open.add(wire);
    return wire;
  }

  /** Of the DNS, else what the system knows, such as names in its table of hosts. */
  async #addresses(host: string): Promise<readonly string[]> {
    if (isIP(host) !== 0) return [host];
    if (host === "localhost") return ["127.0.0.1", "::1"];
    const { dns } = this.#parts;
    const answers = await Promise.allSettled([dns.ipv4(host), dns.ipv6(host)]);
    const found = answers.flatMap((answer) =>
      answer.status === "fulfilled" ? answer.value.values : []
    );
    if (found.length > 0) return found;
    try {
      const known = await lookup(host, { all: true });
      return known.map(({ address }) => address);
    } catch {
      throw new Error("its name has no address");
    }
  }

  #sweep(): void {
    const oldest = this.#parts.clock.monotonic() - IDLE_MS;
    const kept = this.#idle.filter(({ sinceMs }) => sinceMs > oldest)
      .slice(-MAX_IDLE);
    const gone = this.#idle.filter((idle) => !kept.includes(idle));
    this.#idle = kept;
    for (const { wire } of gone) this.#forget(wire);
  }

  #forget(wire: DialledWire): void {
    this.#open.delete(wire);
    wire.close();
  }
}

function requestOf(url: URL, token: string): PostRequest {
  const octets = new TextEncoder().encode(token);
  return {
    host: url.host,
    target: url.pathname + url.search,
    fields: [["User-Agent", "chatmail-relay"], ["Content-Type", "text/plain"]],
    sizeOctets: octets.length,
    async *content() {
      yield await Promise.resolve(octets);
    },
  };
}

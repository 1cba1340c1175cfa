/** A transport with everything around it made up, but for its connections. @module */
import { smtpSessions } from "../../src/app/federation/smtp_sessions.ts";
import type { Timers } from "../../src/base/clock.ts";
import { type Dns, DnsFailure } from "../../src/dns/answers.ts";
import type { AttemptSeen } from "../../src/federation/attempt_seen.ts";
import type { Channel } from "../../src/federation/policy/rules.ts";
import type { RouteOverride } from "../../src/federation/route_override.ts";
import type { Signing } from "../../src/federation/signer.ts";
import type { Attempt } from "../../src/federation/transport.ts";
import type { StsRecord } from "../../src/federation/transports/mta_sts/policy.ts";
import type {
  HostRecord,
  Records,
} from "../../src/federation/transports/records.ts";
import type {
  RelayTransportParts,
  TransportAlarm,
  TransportPorts,
  TransportSettings,
} from "../../src/federation/transports/parts.ts";
import { RelayTransport } from "../../src/federation/transports/relay_transport.ts";
import {
  DEADLINES,
  type SmtpDeadlines,
} from "../../src/smtp/client/session.ts";
import type { LeasedUnit } from "../../src/store/queue.ts";
import { TestAuthority } from "../harness/authority.ts";
import { closedPort } from "./peers.ts";
import { unitFor } from "./fake_transport.ts";

export const authority = await TestAuthority.make();

export const HEADER = "From: <ann@relay.example>\r\nSubject: hi\r\n\r\n";
export const CONTENT = `${HEADER}one\r\n.two\r\n`;
export const SIGNATURE = "DKIM-Signature: v=1; test\r\n";

/** By name: MX as host names in order of preference, TXT, addresses. */
export interface TestZone {
  [name: string]: {
    readonly MX?: readonly string[];
    readonly TXT?: readonly string[];
    readonly A?: readonly string[];
    readonly AAAA?: readonly string[];
    readonly trouble?: "temporary";
  };
}

export interface WorldOptions {
  readonly zone?: TestZone;
  readonly ports?: Partial<TransportPorts>;
  readonly settings?: Partial<TransportSettings>;
  readonly own?: readonly string[];
  readonly overrides?: Record<string, RouteOverride>;
  readonly fallbacks?: Record<string, RouteOverride>;
  readonly content?: string;
  readonly signing?: Signing;
  readonly deadlines?: Partial<SmtpDeadlines>;
  /** Whoever reads the content gets so many octets of it, and an error. */
  readonly breaksAt?: number;
  /** What is remembered at the start. */
  readonly hosts?: Iterable<readonly [string, HostRecord]>;
  readonly policies?: Iterable<readonly [string, StsRecord]>;
}

const CLOSED = closedPort();

export const SETTINGS: TransportSettings = {
  httpFallback: "ip_literal",
  tls: "opportunistic",
  plaintextDomains: [],
  pinLiterals: false,
  mtaSts: true,
  httpsNegativeTtlSeconds: 1800,
  allowPrivateTargets: true,
  families: ["ipv4", "ipv6"],
  connectMs: 600_000,
  httpMs: 600_000,
  smtpDataMs: 600_000,
};

export class World implements AsyncDisposable {
  readonly seen: AttemptSeen[] = [];
  readonly alarms: TransportAlarm[] = [];
  readonly bugs: unknown[] = [];
  readonly hosts: ReturnType<typeof memoryRecords<HostRecord>>;
  readonly policies: ReturnType<typeof memoryRecords<StsRecord>>;
  /** Questions that DNS was asked. */
  readonly asked: string[] = [];
  readonly signed: { header: string; bodyHash: string | undefined }[] = [];
  zone: TestZone;
  settings: TransportSettings;
  seconds = 1000;
  content: string | undefined;
  signing: Signing;
  readonly transport: RelayTransport;

  private constructor(options: WorldOptions, ports: TransportPorts) {
    this.hosts = memoryRecords(options.hosts);
    this.policies = memoryRecords(options.policies);
    this.zone = options.zone ?? {};
    this.settings = { ...SETTINGS, ...options.settings };
    this.content = options.content ?? CONTENT;
    this.signing = options.signing ??
      { kind: "fields", fields: new TextEncoder().encode(SIGNATURE) };
    this.transport = new RelayTransport(this.#parts(options, ports));
  }

  /** Ports that are not given are closed. */
  static make(options: WorldOptions = {}): Promise<World> {
    const ports = { https: CLOSED, http: CLOSED, smtp: CLOSED };
    const world = new World(options, { ...ports, ...options.ports });
    return Promise.resolve(world);
  }

  deliver(
    unit: LeasedUnit,
    channels: readonly Channel[] = ["http", "smtp"],
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Attempt> {
    return this.transport.deliver(unit, channels, signal);
  }

  /** The message of this world for these local parts there. */
  unit(
    destination: string,
    names: readonly string[] = ["bob"],
    more: Partial<LeasedUnit> = {},
  ): LeasedUnit {
    return unitFor(
      destination,
      names.map((name) => `${name}@${destination}`),
      {
        sizeOctets: (this.content ?? "").length,
        bodyHash: "aGFzaA==",
        ...more,
      },
    );
  }

  /** Delivers to these, and says what came of it: `delivered`, `permanent 5.1.1`, … */
  async send(
    destination: string,
    names: readonly string[] = ["bob"],
    more: Partial<LeasedUnit> & { readonly channels?: readonly Channel[] } = {},
  ): Promise<string | string[]> {
    const { channels, ...rest } = more;
    const unit = this.unit(destination, names, rest);
    return shownAttempt(await this.deliver(unit, channels), unit);
  }

  /** `https delivered`, … for each way that was tried. */
  get ways(): string[] {
    return this.seen.map(({ way, result }) => `${way} ${result}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.transport.close();
    if (this.bugs.length > 0) throw new AggregateError(this.bugs, "Bugs");
  }

  #parts(
    { own = [], overrides, fallbacks, ...options }: WorldOptions,
    ports: TransportPorts,
  ): RelayTransportParts {
    const timers = this.#realTimers();
    const deadlines = { ...DEADLINES, ...options.deadlines };
    return {
      dns: this.#dns(),
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      timers,
      seconds: () => this.seconds,
      random: () => 0.5,
      queue: {
        small: () => Promise.resolve(undefined),
        header: () => Promise.resolve(this.#octets(HEADER)),
        body: () => Promise.resolve(this.#body(options.breaksAt)),
      },
      signer: {
        sign: ({ header, bodyHash }) => {
          const text = new TextDecoder().decode(header.octets);
          this.signed.push({ header: text, bodyHash });
          return Promise.resolve(this.signing);
        },
      },
      overrides: {
        find: (domain) => overrides?.[domain],
        fallback: (domain) => fallbacks?.[domain],
      },
      smtp: smtpSessions(timers, deadlines),
      records: { hosts: this.hosts, mtaSts: this.policies },
      settings: () => this.settings,
      hostname: () => "relay.example",
      own: () => new Set(own),
      onAttempt: (seen) => this.seen.push(seen),
      onAlarm: (alarm) => this.alarms.push(alarm),
      reportBug: (error) => this.bugs.push(error),
      ports,
      roots: [authority.rootPem],
    };
  }

  #octets(text: string): Uint8Array | undefined {
    return this.content === undefined
      ? undefined
      : new TextEncoder().encode(text);
  }

  #body(breaksAt = Infinity) {
    const octets = this.#octets(this.content ?? "");
    if (!octets) return undefined;
    return {
      sizeOctets: octets.length,
      async *[Symbol.asyncIterator]() {
        for (let at = 0; at < octets.length; at += 8192) {
          if (at > breaksAt) throw new Error("Damaged");
          yield await Promise.resolve(octets.subarray(at, at + 8192));
        }
      },
    };
  }

  #realTimers(): Timers {
    return {
      sleep: (durationMs) =>
        new Promise((resolve) => setTimeout(resolve, durationMs)),
      every: (periodMs, tick) => {
        const timer = setInterval(tick, periodMs);
        return () => clearInterval(timer);
      },
    };
  }

  #dns(): Dns {
    const look = <T>(
      type: "MX" | "TXT" | "A" | "AAAA",
      name: string,
      read: (value: string, at: number) => T,
    ) => {
      this.asked.push(`${type} ${name}`);
      const found = this.zone[name];
      if (!found) throw new DnsFailure("no_such_name", name);
      if (found.trouble) throw new DnsFailure("temporary", name);
      const values = found[type];
      if (!values) throw new DnsFailure("no_data", name);
      return { values: values.map(read), ttlSeconds: 60 };
    };
    return {
      // deno-lint-ignore require-await
      mailExchangers: async (name) =>
        look("MX", name, (host, preference) => ({ preference, host })),
      // deno-lint-ignore require-await
      texts: async (name) => look("TXT", name, String),
      // deno-lint-ignore require-await
      ipv4: async (name) => look("A", name, String),
      // deno-lint-ignore require-await
      ipv6: async (name) => look("AAAA", name, String),
      // deno-lint-ignore require-await
      names: async (name) => {
        throw new DnsFailure("no_such_name", name);
      },
    };
  }
}

export function shownAttempt(
  attempt: Attempt,
  unit: LeasedUnit,
): string | string[] {
  if (attempt.kind !== "answered") {
    return `${attempt.kind} ${attempt.note.status}`;
  }
  return unit.recipients.map(({ n }) => {
    const verdict = attempt.verdicts.get(n);
    if (!verdict) return "nothing";
    return verdict.kind === "delivered"
      ? verdict.kind
      : `${verdict.kind} ${verdict.note.status}`;
  });
}

function memoryRecords<T>(
  known: Iterable<readonly [string, T]> = [],
): Records<T> & { values: Map<string, T> } {
  const values = new Map(known);
  return {
    values,
    change: ({ put = [], remove = [] }) => {
      for (const [key, value] of put) values.set(key, value);
      for (const key of remove) values.delete(key);
      return Promise.resolve();
    },
  };
}

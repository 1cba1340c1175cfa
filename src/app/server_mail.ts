/** Mail of other servers, from the parts of a relay: who is believed, and how much comes at once. @module */
import type { MxdelivBackend, ServerMessage } from "../api/mxdeliv/backend.ts";
import type { Clock } from "../base/clock.ts";
import type { Peer } from "../base/peer.ts";
import { Refusal, type RefusalCode } from "../base/refusal.ts";
import type { Config } from "../config/schema.ts";
import type { Delivery } from "../delivery/delivery.ts";
import type { Dns } from "../dns/answers.ts";
import {
  KnownSigners,
  SIGNER,
  SIGNERS,
} from "../federation/inbound/known_signers.ts";
import { RequestGuard } from "../federation/inbound/request_guard.ts";
import { ServerMail } from "../federation/inbound/server_mail.ts";
import type {
  RelayCaller,
  RelayGate,
} from "../federation/exchange/relay_gate.ts";
import type { PullLimits } from "../federation/exchange/serve/pull_limits.ts";
import type { FederationStatistics } from "../federation/statistics/statistics.ts";
import type { FederationPolicy } from "../federation/policy/policy.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import { federationSize } from "../settings/federation_size.ts";
import type { Settings } from "../settings/settings.ts";
import type { Meter, Traffic } from "../observe/traffic.ts";
import { RecordSet } from "../store/record_set.ts";
import type { Store } from "../store/store.ts";
import { RelayedMessage } from "./exchange/relayed_message.ts";
import type { Journal } from "./journal.ts";

export interface ServerMailSource {
  readonly store: Store;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly dns: Dns;
  config(): Config;
  readonly statistics: Pick<FederationStatistics, "received" | "rejected">;
  policy(): FederationPolicy;
  onUnreadable(collection: string): void;
  reportBug(error: unknown): void;
}

export interface BuiltServerMail {
  readonly inbound: ServerMail;
  readonly guard: RequestGuard;
  close(): void;
}

export async function buildServerMail(
  source: ServerMailSource,
): Promise<BuiltServerMail> {
  const { store, settings, config, reportBug } = source;
  const records = await RecordSet.open({
    store,
    collection: SIGNERS,
    schema: SIGNER,
    onUnreadable: () => source.onUnreadable(SIGNERS),
    reportBug,
  });
  const guard = new RequestGuard(source.clock, () => {
    const { federation } = config();
    return {
      perAddress: federation.limitsConcurrentPerIp,
      total: federation.limitsConcurrentTotal,
      perMinute: federation.limitsRequestsPerMinute,
      spoolOctets: federation.limitsSpool,
    };
  });
  const inbound = new ServerMail({
    ...source,
    queue: store.queue,
    signers: new KnownSigners({
      records,
      livedSeconds: () => store.clock.seconds(),
      reportBug,
    }),
    settings() {
      const { federation } = config();
      return {
        auth: settings.get("federation_inbound_auth"),
        checkLiterals: federation.checkLiterals,
        antiEnumeration: federation.antiEnumeration,
        requireKnown: federation.dsnRequireKnown,
      };
    },
    onTrusted: (address) => guard.trust(address),
  });
  return { inbound, guard, close: () => records.close() };
}

export interface MxdelivParts {
  readonly delivery: Delivery;
  readonly guard: RequestGuard;
  readonly settings: Settings;
  readonly journal: Journal;
  readonly domains: LocalDomains;
  readonly traffic: Traffic;
  /** Whose mail for others is passed on. */
  readonly gate: RelayGate;
  readonly limits: Pick<PullLimits, "strangerWait" | "noteWrongToken">;
  config(): Config;
  reportBug(error: unknown): void;
}

/** What `/mxdeliv` gets of the relay. */
export class RelayMxdelivBackend implements MxdelivBackend {
  readonly meter: Meter;
  readonly #parts: MxdelivParts;

  constructor(parts: MxdelivParts) {
    this.#parts = parts;
    this.meter = parts.traffic.meter("federation_in");
  }

  takesPlain(): boolean {
    return this.#parts.config().federation.httpInbound;
  }

  maxOctets(): number {
    return largestFromServers(this.#parts.settings);
  }

  enter(address: string) {
    return this.#parts.guard.enter(address);
  }

  async begin(
    { peer, reversePath, token, sizeOctets }: {
      readonly peer: Peer;
      readonly reversePath: string;
      readonly token: string;
      readonly sizeOctets?: number;
    },
  ): Promise<ServerMessage> {
    const { delivery, journal, domains, gate } = this.#parts;
    const caller = this.#caller(token, peer);
    const transaction = await delivery.begin(
      { kind: "mxdeliv", peer, reversePath },
      sizeOctets,
    );
    const sender = { service: "mxdeliv", peer, reversePath } as const;
    const ours = journal.transaction(sender, transaction);
    if (!caller && (token === "" || !gate.isOn)) return ours;
    return new RelayedMessage({
      domains,
      ours,
      theirs: journal.transaction(
        sender,
        await delivery.begin({
          kind: "exchanger",
          name: caller?.name ?? "",
          trusted: caller?.trusted ?? false,
          passesOn: true,
          reversePath,
        }),
      ),
      admits: (recipient) =>
        caller !== undefined && gate.admits(reversePath, recipient),
    });
  }

  /** @throws {Refusal} `too_many_requests` for who guesses tokens */
  #caller(token: string, { address }: Peer): RelayCaller | undefined {
    const { gate, limits } = this.#parts;
    if (!gate.isOn) return undefined;
    const wait = token === "" ? 0 : limits.strangerWait(address);
    if (wait > 0) {
      throw new Refusal("too_many_requests", { retryAfterSeconds: wait });
    }
    const caller = gate.caller(token, address);
    if (!caller && token !== "") limits.noteWrongToken(address);
    return caller;
  }

  countRefusal(code: RefusalCode): void {
    this.#parts.journal.counters.refused(code);
  }

  reportBug(error: unknown): void {
    this.#parts.reportBug(error);
  }
}

/** By whichever way it comes. */
export function largestFromServers(settings: Settings): number {
  return Math.min(
    federationSize(settings),
    settings.get("max_message_size"),
  );
}

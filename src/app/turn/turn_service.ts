/**
 * TURN as a service of the relay: a thread of its own while it listens anywhere,
 * none while it is switched off. Mail goes on whatever becomes of it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import { nowSeconds } from "../../base/clock.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import type { ListenAddress as Wanted } from "../../config/network_kinds.ts";
import type { Config } from "../../config/schema.ts";
import { isPublicAddress } from "../../dns/address_kind.ts";
import type { Resolver } from "../../dns/resolver.ts";
import type { Meter } from "../../observe/traffic.ts";
import type { Log } from "../../observe/log.ts";
import type { KeyPair } from "../../net/listener.ts";
import { formatAddress } from "../../net/listener.ts";
import { effectiveListeners } from "../../settings/listeners.ts";
import type { SettingName } from "../../settings/registry.ts";
import type { Settings } from "../../settings/settings.ts";
import type { SettingStore } from "../../store/settings.ts";
import type { TurnCounters } from "../../turn/server/counters.ts";
import { passwordFor, Usernames } from "../../turn/server/credentials.ts";
import type { TurnOptions } from "../../turn/server/options.ts";
import type { RelayCap } from "../bandwidth/relay_cap.ts";
import { hostnameOf } from "../certificates.ts";
import { BindFailure, type ServiceListeners } from "../service_listeners.ts";
import { type OptionalService, ServiceFailure } from "../services/service.ts";
import { listInterfaces } from "./interfaces.ts";
import type { TurnListenerName } from "./messages.ts";
import { relayAddresses, turnHost } from "./relay_addresses.ts";
import { addRelayed } from "./turn_metrics.ts";
import { TurnThread } from "./turn_thread.ts";

const NAMES: readonly TurnListenerName[] = ["turn", "turn_tls"];
const SECRET = "turn";
const LOOK_MS = 15_000;
const MAX_REALM_CHARACTERS = 32;

const OPTION_SETTINGS: readonly SettingName[] = [
  "turn_realm",
  "turn_secret",
  "turn_relay_ip",
  "turn_relay_port_min",
  "turn_relay_port_max",
];

export interface TurnServiceParts {
  readonly settings: Settings;
  readonly secrets: Pick<SettingStore, "secret">;
  readonly listeners: ServiceListeners;
  readonly dns: Pick<Resolver, "ipv4" | "ipv6">;
  readonly cap: Pick<RelayCap, "isReached" | "onChange">;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  config(): Config;
  keyPair(): KeyPair;
  /** Of what is relayed. */
  readonly meter: Meter;
  reportBug(error: unknown): void;
}

/** What a client needs to use the server. */
export interface TurnCredentials {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

export class TurnService implements OptionalService {
  readonly name = "turn";
  readonly optional = true;
  readonly condition = "turn_stopped";
  readonly #parts: TurnServiceParts;
  readonly #usernames = new Usernames();
  #thread: TurnThread | undefined;
  #lost: (error: unknown) => void = () => {};
  #stopFollowing: (() => void)[] = [];
  #published: readonly string[] = [];
  #options: TurnOptions | undefined;
  #counters: TurnCounters | undefined;
  #secret: string | undefined;
  /** Changes happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: TurnServiceParts) {
    this.#parts = parts;
  }

  /** @throws {ServiceFailure} */
  async start(lost: (error: unknown) => void): Promise<void> {
    const { settings, timers, cap } = this.#parts;
    this.#lost = lost;
    try {
      await this.apply();
    } catch (error) {
      throw error instanceof BindFailure
        ? new ServiceFailure(error.message)
        : error;
    }
    const follow = (name: SettingName) =>
      settings.onChange(name, () => this.apply());
    this.#stopFollowing = [
      ...NAMES.flatMap((name) =>
        (["enabled", "port", "local_only"] as const).map((setting) =>
          follow(`${name}_${setting}`)
        )
      ),
      ...OPTION_SETTINGS.map(follow),
      cap.onChange(() => this.apply()),
      timers.every(LOOK_MS, () => this.#look()),
    ];
    this.#look(); // the DNS may take its time
  }

  stop(): void {
    for (const stop of this.#stopFollowing.splice(0)) stop();
    this.#end();
  }

  /**
   * Listens where it is to listen now, as it is to now.
   *
   * @throws {BindFailure} then it listens where it did
   */
  apply(): Promise<void> {
    const done = this.#turn.then(() => this.#apply());
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Those that the certificate of the relay was replaced by. */
  async useCertificate(keyPair: KeyPair): Promise<void> {
    await this.#thread?.useCertificate(keyPair);
  }

  /** As they were a moment ago; undefined while it does not run. */
  get counters(): TurnCounters | undefined {
    return this.#counters;
  }

  /** As they are now. */
  async freshCounters(): Promise<TurnCounters | undefined> {
    await this.#report();
    return this.#counters;
  }

  get options(): TurnOptions | undefined {
    return this.#options;
  }

  /** New ones; undefined while clients could not use them. */
  credentials(): TurnCredentials | undefined {
    const { settings, listeners, clock } = this.#parts;
    const [bound] = listeners.bound("turn");
    if (!this.#options || !bound || this.#secret === undefined) {
      return undefined;
    }
    const wanted = this.#wanted().turn;
    const sources = { settings, config: this.#parts.config(), wanted };
    const host = turnHost(sources, this.#options.relayAddresses);
    const isRelaying = Object.keys(this.#options.relayAddresses).length > 0;
    if (host === undefined || !isRelaying) return undefined;
    const expiry = nowSeconds(clock) + settings.get("turn_ttl");
    const username = this.#usernames.next(expiry);
    const password = passwordFor(this.#secret, username);
    return { host, port: bound.port, username, password };
  }

  async #apply(): Promise<void> {
    const wanted = this.#wanted();
    if (NAMES.every((name) => wanted[name].length === 0)) return this.#end();
    const earlier = this.#thread;
    const thread = this.#thread ??= new TurnThread((error) => {
      this.#end();
      this.#lost(error);
    });
    try {
      await this.#useOptions(thread);
      await thread.useCertificate(this.#parts.keyPair());
      for (const name of NAMES) await this.#listen(thread, name, wanted[name]);
      await this.#report();
    } catch (error) {
      if (!earlier) this.#end();
      throw error;
    }
  }

  async #listen(
    thread: TurnThread,
    name: TurnListenerName,
    wanted: readonly Wanted[],
  ): Promise<void> {
    const { listeners, log } = this.#parts;
    const before = new Set(listeners.bound(name).map(formatAddress));
    try {
      const addresses = await thread.listen(name, wanted);
      listeners.tell(name, addresses);
      for (const at of addresses.map(formatAddress)) {
        if (before.has(at)) continue;
        log.operational({ event: "listening", listener: name, at });
      }
    } catch (error) {
      if (error instanceof BindFailure) {
        const { at, reason } = error;
        log.operational({ event: "bind_failed", listener: name, at, reason });
      }
      throw error;
    }
  }

  #wanted(): Record<TurnListenerName, readonly Wanted[]> {
    const { config, settings, cap } = this.#parts;
    if (cap.isReached) return { turn: [], turn_tls: [] };
    const { turn, turn_tls } = effectiveListeners(config(), settings);
    return { turn, turn_tls };
  }

  async #useOptions(thread: TurnThread): Promise<void> {
    const options = await this.#currentOptions();
    if (JSON.stringify(options) === JSON.stringify(this.#options)) return;
    await thread.use(options);
    this.#options = options;
  }

  async #currentOptions(): Promise<TurnOptions> {
    const { settings, secrets, config } = this.#parts;
    const { turn } = config();
    // text, so that others who make credentials can be given it
    this.#secret = settings.get("turn_secret") ||
      Buffer.from(await secrets.secret(SECRET)).toString("base64url");
    return {
      realm: settings.get("turn_realm") ||
        hostnameOf(config()).slice(-MAX_REALM_CHARACTERS),
      secret: this.#secret,
      relayAddresses: relayAddresses({
        settings,
        config: config(),
        wanted: this.#wanted().turn,
        published: this.#published,
      }),
      relayPorts: [
        settings.get("turn_relay_port_min"),
        settings.get("turn_relay_port_max"),
      ],
      ownAddresses: listInterfaces(),
      allowedPeers: turn.allowPeers,
      deniedPeers: turn.denyPeers,
      limits: {
        allocations: turn.maxAllocations,
        allocationsPerAddress: turn.maxAllocationsPerIp,
        allocationsPerUser: turn.maxAllocationsPerUser,
        octetsPerSecond: turn.maxBandwidth,
      },
    };
  }

  /** What the DNS has for us; asked only where nothing else says it. */
  async #lookUp(): Promise<readonly string[]> {
    const { dns, config, settings } = this.#parts;
    const wanted = this.#wanted().turn;
    const sources = { settings, config: config(), wanted, published: [] };
    const known = Object.values(relayAddresses(sources));
    const name = hostnameOf(config());
    if (known.some(isPublicAddress) || isIP(name) !== 0) return [];
    const found = await Promise.allSettled([dns.ipv4(name), dns.ipv6(name)]);
    return found.flatMap((answer) =>
      answer.status === "fulfilled" ? answer.value.values : []
    );
  }

  /** Addresses of a machine change. */
  #look(): void {
    this.#turn = this.#turn.then(async () => {
      if (!this.#thread) return;
      this.#published = await this.#lookUp();
      await this.#report();
      if (this.#thread) await this.#useOptions(this.#thread);
    }).catch((error) => {
      // of one that has ended meanwhile it is told otherwise
      if (this.#thread) this.#parts.reportBug(error);
    });
  }

  async #report(): Promise<void> {
    const thread = this.#thread;
    if (!thread) return;
    const { counters, bugs } = await thread.report();
    if (thread !== this.#thread) return;
    addRelayed(this.#parts.meter, counters, this.#counters);
    this.#counters = counters;
    for (const message of bugs) {
      this.#parts.reportBug(new Error(`In the thread of TURN: ${message}`));
    }
  }

  #end(): void {
    this.#thread?.terminate();
    this.#thread = undefined;
    this.#options = undefined;
    this.#counters = undefined;
    for (const name of NAMES) this.#parts.listeners.tell(name, []);
  }
}

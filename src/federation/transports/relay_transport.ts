/**
 * Brings queued mail to other relays: which hosts are asked, and what follows
 * where none of them takes it.
 *
 * @module
 */
import type { DeliveryNote, LeasedUnit } from "../../store/queue.ts";
import { findMailHosts, type MailHost } from "../destination.ts";
import type { Channel } from "../policy/rules.ts";
import type { Attempt, Transport } from "../transport.ts";
import { NoWayJudge } from "../verdicts/no_way_verdict.ts";
import { Aborted, Connections, until } from "./connections.ts";
import { Course } from "./course.ts";
import { HostMemory } from "./host_memory.ts";
import { HostVisit } from "./host_visit.ts";
import { HttpWay, type Load } from "./http_way.ts";
import { fetchPolicy } from "./mta_sts/fetch_policy.ts";
import { StsPolicies } from "./mta_sts/policies.ts";
import type { StsPolicy } from "./mta_sts/policy.ts";
import { ContentGone, prepare, type Prepared } from "./outgoing.ts";
import {
  PORTS,
  type RelayTransportParts,
  type TransportPorts,
} from "./parts.ts";
import { Pins } from "./pins.ts";
import { SmtpWay } from "./smtp_way.ts";
import {
  apexStop,
  directStop,
  isHostAllowed,
  isUnnamed,
  overrideStop,
  type Stop,
  tlsDemand,
  type WayRules,
} from "./ways.ts";

export class RelayTransport implements Transport {
  readonly #parts: RelayTransportParts;
  readonly #ports: TransportPorts;
  readonly #connections: Connections;
  readonly #memory: HostMemory;
  readonly #policies: StsPolicies;
  readonly #judge: NoWayJudge;
  readonly #pins: Pins;
  readonly #http: HttpWay;
  readonly #smtp: SmtpWay;
  readonly #prepared = new WeakMap<LeasedUnit, Promise<Prepared>>();

  constructor(parts: RelayTransportParts) {
    this.#parts = parts;
    this.#ports = parts.ports ?? PORTS;
    const { dns, records, clock, timers, seconds, reportBug } = parts;
    const connections = new Connections(parts);
    this.#connections = connections;
    this.#memory = new HostMemory({
      records: records.hosts,
      timers,
      seconds,
      reportBug,
    });
    const port = this.#ports.https;
    this.#policies = new StsPolicies({
      dns,
      records: records.mtaSts,
      seconds,
      fetch: (domain) => fetchPolicy(domain, { connections, timers, port }),
      reportBug,
    });
    this.#judge = new NoWayJudge(clock);
    const pins = new Pins({ ...parts, memory: this.#memory });
    this.#pins = pins;
    this.#http = new HttpWay(parts, connections, pins);
    this.#smtp = new SmtpWay(parts, connections, pins);
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#connections.count;
  }

  /** Reads and signs it now, if it is small: its turn comes soon. */
  prepare(unit: LeasedUnit): void {
    if (unit.sizeOctets > MAX_PREPARED_OCTETS) return;
    const prepared = prepare(unit, this.#parts);
    prepared.catch(() => {}); // the attempt tells
    this.#prepared.set(unit, prepared);
  }

  /**
   * @throws {Error} what the signer and the resolver throw, which is a bug
   */
  async deliver(
    unit: LeasedUnit,
    channels: readonly Channel[],
    signal: AbortSignal,
  ): Promise<Attempt> {
    const { destination } = unit;
    const course = new Course(
      unit.recipients,
      (noWay) => this.#judge.judge(destination, noWay),
    );
    try {
      const prepared = await until(signal, this.#takePrepared(unit));
      if (prepared.kind === "unreadable") return UNREADABLE;
      if (prepared.kind === "wait") {
        return { kind: "unreached", note: prepared.note };
      }
      const { outgoing } = prepared;
      await this.#follow({ unit, outgoing, signal }, channels, course);
    } catch (error) {
      if (error instanceof Aborted) return course.cut();
      if (!(error instanceof ContentGone)) throw error;
      if (!course.isReached) return UNREADABLE;
      course.unreached(UNREADABLE.note);
    }
    if (course.isReached) this.#judge.forget(destination);
    return course.end();
  }

  /** Ends all connections, and writes down what was learned. Never throws. */
  async close(): Promise<void> {
    this.#connections.close();
    await this.#memory.close();
  }

  #takePrepared(unit: LeasedUnit): Promise<Prepared> {
    const prepared = this.#prepared.get(unit);
    this.#prepared.delete(unit); // another attempt is signed anew
    return prepared ?? prepare(unit, this.#parts);
  }

  async #follow(
    load: Load,
    channels: readonly Channel[],
    course: Course,
  ): Promise<void> {
    const { destination } = load.unit;
    const { overrides, settings } = this.#parts;
    const rules = { settings: settings(), ports: this.#ports, channels };
    const override = overrides.find(destination);
    if (override) {
      const stop = overrideStop(override, rules);
      if (stop.ways.length === 0) course.unreached(NO_CHANNEL);
      await this.#visit(stop, load, course);
      if (override.fallback === "none") return;
      course.reopen();
      course.forgetNowhere();
    }
    if (!course.isDone) await this.#direct(rules, load, course);
    const last = overrides.fallback(destination);
    if (!last || course.isHopeless) return;
    const stop = overrideStop(last, rules);
    await course.lastResort(() => this.#visit(stop, load, course));
  }

  async #direct(
    rules: WayRules,
    load: Load,
    course: Course,
  ): Promise<void> {
    const { destination } = load.unit;
    const { signal } = load;
    const { dns, random } = this.#parts;
    const freshness = this.#judge.doubts(destination) ? "fresh" : "cached";
    const [found, policy] = await until(
      signal,
      Promise.all([
        findMailHosts(destination, { dns, random, freshness }),
        this.#policy(destination, rules),
      ]),
    );
    if (found.kind === "no_way") return course.noWay(found);
    const tls = tlsDemand(destination, rules.settings, policy);
    for (const host of found.hosts) {
      if (isHostAllowed(host, policy)) {
        const stop = directStop(destination, host, tls, rules);
        await this.#visit(stop, load, course);
      } else course.unreached(notNamed(destination, host));
      if (course.isDone || course.isLoop) break;
    }
    if (
      !course.isDone && !course.isLoop &&
      this.#mayServe(found.hosts, destination)
    ) {
      await this.#visit(apexStop(destination, tls, rules), load, course);
    }
    this.#tellOfTls(policy, load.unit, course);
  }

  async #visit(stop: Stop, load: Load, course: Course): Promise<void> {
    const { settings, onAttempt, onAlarm, clock } = this.#parts;
    const parts = {
      settings,
      onAttempt,
      onAlarm,
      clock,
      memory: this.#memory,
      http: this.#http,
      smtp: this.#smtp,
      pins: this.#pins,
    };
    await new HostVisit(parts, stop, load, course).run();
  }

  async #policy(
    destination: string,
    { settings }: WayRules,
  ): Promise<StsPolicy | undefined> {
    if (!settings.mtaSts || isUnnamed(destination)) return undefined;
    return await this.#policies.find(destination);
  }

  /** Mail envelopes are nothing for the web site of a domain whose mail is elsewhere. */
  #mayServe(hosts: readonly MailHost[], destination: string): boolean {
    return hosts.every(({ name, source }) =>
      source === "exchanger" && name !== destination
    ) && this.#memory.served(destination);
  }

  #tellOfTls(
    policy: StsPolicy | undefined,
    { destination }: LeasedUnit,
    course: Course,
  ): void {
    const note = course.lastUnreached;
    if (policy?.mode !== "enforce" || note?.status !== "4.7.5") return;
    if (course.isReached) return;
    this.#parts.onAlarm({ kind: "tls_enforced", destination, note });
  }
}

const MAX_PREPARED_OCTETS = 32 * 1024;

const UNREADABLE = {
  kind: "unreadable",
  note: { status: "4.3.0", text: "the message cannot be read" },
} as const satisfies Attempt;

/** An admin has turned off all that leads to where an admin sends it. */
const NO_CHANNEL: DeliveryNote = {
  status: "4.7.1", // RFC 3463 §3.8
  text: "this server has turned off the way that leads to the domain",
};

function notNamed(destination: string, { name }: MailHost): DeliveryNote {
  return {
    status: "4.7.5", // RFC 8461 §4.2
    text: `the policy of ${destination} does not name its server ${name}`,
    host: name,
  };
}

/** Delivery with its queue and who sends it, over a real store; the transport is a fake. @module */
import { Delivery } from "../../src/delivery/delivery.ts";
import { AccountDirectory } from "../../src/delivery/directory.ts";
import type { RejectAt } from "../../src/delivery/outbound.ts";
import {
  type Dns,
  DnsFailure,
  type DnsProblem,
} from "../../src/dns/answers.ts";
import {
  FederationPolicy,
  type PolicySettings,
} from "../../src/federation/policy/policy.ts";
import { FirstAttempts } from "../../src/federation/queue/first_attempts.ts";
import { QueueRunner } from "../../src/federation/queue/runner.ts";
import { RUNNER_LIMITS } from "./runner_world.ts";
import { RelayOutbound } from "../../src/federation/relay_outbound.ts";
import type { Transport } from "../../src/federation/transport.ts";
import type { RouteOverrides } from "../../src/federation/route_override.ts";
import { systemRandom } from "../../src/base/random.ts";
import { parseAddress } from "../../src/mail/address.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import { Counters } from "../../src/observe/counters.ts";
import type { AccountId } from "../../src/base/ids.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../../src/app/system_time.ts";
import { TestInbound } from "../delivery/inbound.ts";
import { SETTINGS } from "../delivery/relay.ts";
import { octets } from "../gate/messages.ts";
import { type Answer, type Call, fakeTransport } from "./fake_transport.ts";
import {
  addAccount,
  mailOf,
  storeTest,
  type TestStore,
} from "../store/store_world.ts";

export const ANN = parseAddress("ann@relay.example");

export interface OutboundTestOptions {
  /** In place of the one that answers as the test says. */
  readonly transport?: Transport;
}

type Names = readonly string[];

export class OutboundWorld {
  readonly domains = new LocalDomains({ domains: ["relay.example"] });
  readonly bugs: unknown[] = [];
  /** What the DNS says of names other than well. */
  readonly problems = new Map<string, DnsProblem | "silence">();
  readonly asked: string[] = [];
  /** What was counted. */
  readonly ended: string[] = [];
  settings: Partial<PolicySettings> = {};
  overrides: RouteOverrides = {
    find: () => undefined,
    fallback: () => undefined,
  };
  maxOctets = 70 * 1024 * 1024;
  /** Names that the first attempt will ask for. */
  readonly ahead: string[] = [];
  rejectAt: RejectAt = "single";
  /** So long that a test would be given up before. */
  firstWaitMs = 3_600_000;
  answer: (names: Names, call: Call) => Answer | Promise<Answer> = () =>
    "answered";
  readonly outbound: RelayOutbound;
  readonly firstAttempts: FirstAttempts;
  readonly runner: QueueRunner;
  readonly delivery: Delivery;
  readonly calls: readonly Call[];

  constructor(
    readonly test: TestStore,
    readonly ann: AccountId,
    options: OutboundTestOptions = {},
  ) {
    const { store } = test;
    const times = { clock: SYSTEM_CLOCK, timers: SYSTEM_TIMERS };
    const reportBug = (error: unknown) => void this.bugs.push(error);
    const fake = fakeTransport((names, call) => this.answer(names, call));
    const transport = options.transport ?? fake.transport;
    this.calls = fake.calls;
    this.firstAttempts = new FirstAttempts({
      ...times,
      waitMs: () => this.firstWaitMs,
    });
    const policy = () =>
      new FederationPolicy({
        enabled: true,
        mode: "open",
        rules: [],
        dismissed: [],
        ...this.settings,
      }, this.domains);
    this.outbound = new RelayOutbound({
      statistics: {
        ended: (domain, what, recipients) =>
          void this.ended.push(`${domain} ${what} ${recipients}`),
      },
      policy,
      settings: () => ({
        maxOctets: this.maxOctets,
        lifetimeSeconds: 172_800,
        rejectAt: this.rejectAt,
        signs: false,
        mtaSts: true,
      }),
      dns: {
        mailExchangers: (...asked) => this.#mailExchangers(...asked),
        ipv4: (name) => this.#askedAhead(name),
        ipv6: (name) => this.#askedAhead(name),
        texts: (name) => this.#askedAhead(name),
      },
      isRouted: (name) =>
        this.overrides.find(name) !== undefined ||
        this.overrides.fallback(name) !== undefined,
      queue: store.queue,
      firstAttempts: this.firstAttempts,
      timers: SYSTEM_TIMERS,
      reportBug,
    });
    this.runner = new QueueRunner({
      ...times,
      store,
      transport,
      policy,
      schedule: () => ({ stepSeconds: [15, 60], random: () => 0.5 }),
      limits: () => RUNNER_LIMITS,
      onSettled: (settlement) => this.firstAttempts.settled(settlement),
      startDelaySeconds: 0,
      reportBug,
    });
    this.delivery = new Delivery({
      ...times,
      mail: store.mail,
      queue: store.queue,
      staging: store.staging,
      directory: new AccountDirectory(
        store.accounts,
        this.domains,
        () => undefined,
      ),
      domains: this.domains,
      inbound: new TestInbound(),
      outbound: this.outbound,
      random: systemRandom,
      ownKeys: { saw() {} },
      hostname: "mx.relay.example",
      counters: new Counters(),
      settings: () => SETTINGS,
      arrived() {},
      reportBug,
    });
  }

  async start(): Promise<void> {
    await this.runner.start();
    this.firstAttempts.start();
  }

  async stop(): Promise<void> {
    this.firstAttempts.stop();
    await this.runner.stop();
  }

  /** Ann's message. */
  async send(to: Names, text: string): Promise<void> {
    const transaction = await this.delivery.begin({
      kind: "submission",
      account: ANN,
      accountId: this.ann,
      peer: { address: "192.0.2.7", secure: true },
      reversePath: ANN,
    });
    try {
      for (const one of to) await transaction.addRecipient(one);
      await transaction.write(octets(text));
      await transaction.finish();
    } catch (error) {
      await transaction.discard();
      throw error;
    }
  }

  /** All in Ann's INBOX. */
  async inbox(): Promise<string[]> {
    const mail = mailOf(this.test.store, this.ann);
    const { id } = (await mail.find("INBOX"))!;
    const range = { first: 1, last: 4_294_967_295 } as never;
    const texts: string[] = [];
    for (const row of await mail.messages(id, range, 1000)) {
      const pieces = await Array.fromAsync(await mail.body(id, row.uid) ?? []);
      texts.push(pieces.map((p) => new TextDecoder().decode(p)).join(""));
    }
    return texts;
  }

  async queued(): Promise<string[]> {
    const { recipients } = await this.test.store.queue.list({ limit: 99 });
    return recipients.map(({ address, state }) => `${address} ${state}`);
  }

  /** Nobody waits for it, and nobody minds. */
  #askedAhead(name: string): Promise<never> {
    this.ahead.push(name);
    return Promise.reject(new DnsFailure("temporary", name));
  }

  #mailExchangers: Dns["mailExchangers"] = (name, freshness = "cached") => {
    this.asked.push(`${name} ${freshness}`);
    const problem = this.problems.get(name);
    if (problem === "silence") return new Promise(() => {});
    if (problem) return Promise.reject(new DnsFailure(problem, name));
    return Promise.resolve({
      values: [{ preference: 10, host: `mx.${name}` }],
      ttlSeconds: 60,
    });
  };
}

/** The test starts who sends itself. */
export function outboundTest(
  name: string,
  work: (world: OutboundWorld) => Promise<void>,
  options: OutboundTestOptions = {},
): void {
  storeTest(name, async (test) => {
    const ann = await addAccount(test.store, "ann");
    const world = new OutboundWorld(test, ann, options);
    try {
      await work(world);
    } finally {
      await world.stop();
    }
    if (world.bugs.length > 0) throw world.bugs[0];
  });
}

/** Delivery over a real store, with ann, bob and carol as accounts. @module */
import { mailOf } from "../store/store_world.ts";
import type { AccountId } from "../../src/base/ids.ts";
import { AccountDirectory } from "../../src/delivery/directory.ts";
import { Delivery } from "../../src/delivery/delivery.ts";
import type { Outbound } from "../../src/delivery/outbound.ts";
import type { DeliverySettings } from "../../src/delivery/settings.ts";
import { systemRandom } from "../../src/base/random.ts";
import { type Address, parseAddress } from "../../src/mail/address.ts";
import type { Inbound } from "../../src/delivery/inbound.ts";
import { TestInbound } from "./inbound.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import { Counters } from "../../src/observe/counters.ts";
import { openTestStore } from "../store/engines.ts";
import type { Store } from "../../src/store/store.ts";

export const ANN = parseAddress("ann@relay.example");
export const BOB = parseAddress("bob@relay.example");
export const CAROL = parseAddress("carol@relay.example");

/** A relay that talks to no other server. */
export const FEDERATION_OFF: Outbound = {
  route: (addresses) =>
    Promise.resolve(
      addresses.map(() => ({ kind: "refuse", code: "federation_off" })),
    ),
  refusal: () => ({ code: "federation_off" }),
  rejectAt: () => "single",
  firstAttempt: () => Promise.resolve(undefined),
  failed() {},
  isAwaited: () => false,
  lifetimeSeconds: () => 0,
  bodyHash: () => undefined,
  prefix: () => undefined,
};

export const SETTINGS: DeliverySettings = {
  sendPerMinute: 60,
  sendBurst: 60,
  recipientsPerHour: 0,
  maxDelayMs: 20_000,
  rewriteSubject: true,
  stripHeaders: true,
  acceptOldPacketFormat: true,
  maxHeaderOctets: 256 * 1024,
  allowAutocryptSetup: true,
  appendPolicy: "encrypted",
  shed: { strangers: false, overOctets: Infinity },
  quota: {
    defaultOctets: 1_000_000,
    whenFull: "reject",
    trimFrom: 75,
    trimTo: 70,
    protectSeconds: 86_400,
  },
  floodPerMinute: 10,
  countsSends: true,
  reportHint: true,
};

export class Relay {
  readonly counters = new Counters();
  readonly bugs: unknown[] = [];
  readonly sleptMs: number[] = [];
  readonly accounts = new Map<Address, AccountId>();
  settings: DeliverySettings = SETTINGS;
  roles: Address | undefined;
  readonly inbound = new TestInbound();
  outbound: Outbound = FEDERATION_OFF;
  readonly delivery: Delivery;

  /** Accounts whose devices are to hear of mail. */
  readonly woken: AccountId[] = [];
  /** Autocrypt fields of what was submitted. */
  readonly keysSeen: (string | undefined)[] = [];

  private constructor(
    readonly store: Store,
    readonly directory: string,
    inbound?: Inbound,
  ) {
    const domains = new LocalDomains({
      domains: ["relay.example", "[192.0.2.1]"],
      aliases: { "alias.example": "relay.example" },
    });
    this.delivery = new Delivery({
      mail: store.mail,
      queue: store.queue,
      staging: store.staging,
      directory: new AccountDirectory(
        store.accounts,
        domains,
        () => this.roles,
      ),
      domains,
      inbound: inbound ?? this.inbound,
      outbound: {
        route: (...args) => this.outbound.route(...args),
        refusal: (address) => this.outbound.refusal(address),
        rejectAt: () => this.outbound.rejectAt(),
        firstAttempt: (queued) => this.outbound.firstAttempt(queued),
        failed: (recipients) => this.outbound.failed(recipients),
        isAwaited: (message) => this.outbound.isAwaited(message),
        lifetimeSeconds: () => this.outbound.lifetimeSeconds(),
        bodyHash: () => this.outbound.bodyHash(),
        prefix: (...message) => this.outbound.prefix(...message),
      },
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      timers: {
        sleep: (ms) => {
          this.sleptMs.push(ms);
          return Promise.resolve();
        },
        every: () => () => {},
      },
      random: systemRandom,
      ownKeys: { saw: (_, field) => void this.keysSeen.push(field) },
      hostname: "mx.relay.example",
      counters: this.counters,
      arrived: (accounts) => void this.woken.push(...accounts),
      settings: () => this.settings,
      reportBug: (error) => this.bugs.push(error),
    });
  }

  /** @param inboundOf In place of `inbound`. */
  static async open(
    inboundOf?: (store: Store) => Promise<Inbound>,
  ): Promise<Relay> {
    const stateDir = await Deno.makeTempDir();
    const store = await openTestStore({ stateDir });
    const relay = new Relay(store, stateDir, await inboundOf?.(store));
    for (const address of [ANN, BOB, CAROL]) {
      const id = await store.accounts.create({
        address,
        passwordHash: "-",
        origin: "cli",
        createdAt: 0,
      });
      relay.accounts.set(address, id);
    }
    return relay;
  }

  /** All messages in the account's INBOX, oldest first. */
  async inbox(address: Address): Promise<string[]> {
    const mail = mailOf(this.store, this.accounts.get(address)!);
    const { id } = (await mail.find("INBOX"))!;
    const range = { first: 1, last: 4_294_967_295 } as never;
    const texts: string[] = [];
    for (const row of await mail.messages(id, range, 1000)) {
      const pieces = await Array.fromAsync(await mail.body(id, row.uid) ?? []);
      texts.push(pieces.map((p) => new TextDecoder().decode(p)).join(""));
    }
    return texts;
  }

  async close(): Promise<void> {
    await this.store.close();
    await Deno.remove(this.directory, { recursive: true });
  }
}

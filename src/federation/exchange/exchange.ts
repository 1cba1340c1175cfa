/**
 * What admins say of where mail goes besides the DNS, with all that keeps it:
 * what operations and the transport are given.
 *
 * @module
 */
import type { Random } from "../../base/random.ts";
import { Refusal } from "../../base/refusal.ts";
import type { LocalDomains } from "../../mail/local_domains.ts";
import type { RecordSetParts } from "../../store/record_set.ts";
import { PatternTable } from "../policy/rules.ts";
import { Overrides } from "../overrides/overrides.ts";
import {
  probe,
  type ProbedWay,
  type ProbeParts,
  usualWays,
  waysOf,
} from "../overrides/probe.ts";
import { type Exchanger, has } from "./exchanger.ts";
import { Exchangers } from "./exchangers.ts";
import { Routes, type Waiting } from "./routes.ts";

export interface ExchangeParts
  extends Pick<RecordSetParts<unknown>, "store" | "reportBug">, ProbeParts {
  readonly domains: LocalDomains;
  readonly random: Random;
  /** Where no admin names the target: addresses of networks of one's own too. */
  allowsPrivateTargets(): boolean;
  /** From 0 up to 1: who of equals comes first. */
  lot(): number;
  /** Told how many overrides mean nothing here, each time they are read. */
  onIgnored(count: number): void;
  /** A record of an exchanger has another shape: there is no such exchanger. */
  onUnreadable(): void;
}

/** In one sentence. */
const MAX_NAMED = 5;

export interface ProbedRoute {
  /** Of the override; undefined where the DNS says. */
  readonly key?: string;
  readonly exchanger?: string;
  readonly waiting?: Waiting;
  readonly ways: readonly ProbedWay[];
  /** Its mail never leaves. */
  readonly isLocal?: boolean;
  /** Why there are none. */
  readonly problem?: string;
}

export class Exchange {
  readonly routes: Routes;
  readonly #parts: ExchangeParts;

  private constructor(
    parts: ExchangeParts,
    readonly overrides: Overrides,
    readonly exchangers: Exchangers,
  ) {
    this.#parts = parts;
    this.routes = new Routes(overrides, exchangers);
  }

  static async open(parts: ExchangeParts): Promise<Exchange> {
    const exchangers = await Exchangers.open(parts);
    const overrides = await Overrides.open({
      ...parts,
      hasExchanger: (name) => exchangers.get(name) !== undefined,
    });
    return new Exchange(parts, overrides, exchangers);
  }

  /** Whether it may fetch mail to a canonical domain. */
  serves(exchanger: Exchanger, domain: string): boolean {
    if (!has(exchanger, "serve")) return false;
    const patterns = [
      ...exchanger.domains,
      ...this.overrides.leadingTo(exchanger.name),
    ];
    return new PatternTable(patterns.map((one) => [one, one] as const))
      .find(domain) !== undefined;
  }

  /** @throws {Refusal} `not_found`, `invalid_value` while an override leads to it */
  async removeExchanger(name: string): Promise<string> {
    const leading = this.overrides.leadingTo(this.exchangers.named(name).name);
    if (leading.length > 0) {
      throw new Refusal("invalid_value", {
        field: "name",
        explanation: `name: the endpoint cache leads to it for ${
          leading.slice(0, MAX_NAMED).join(", ")
        }: remove that first`,
      });
    }
    return await this.exchangers.remove(name);
  }

  /** Whether mail to a canonical domain may go other ways than its DNS says. */
  isRouted(domain: string): boolean {
    return this.routes.look(domain) !== undefined ||
      this.routes.fallback(domain) !== undefined ||
      this.routes.waiting(domain) !== undefined;
  }

  /**
   * Where mail to a canonical domain would go now, and who answers there.
   *
   * @param own Canonical addresses at which this server answers on a port.
   */
  async probe(
    domain: string,
    own: (port: number) => ReadonlySet<string>,
  ): Promise<ProbedRoute> {
    if (this.#parts.domains.isLocal(domain)) {
      return { ways: [], isLocal: true };
    }
    const override = this.overrides.match(domain);
    const waiting = this.routes.waiting(domain);
    if (waiting) {
      return { ways: [], waiting, ...(override && { key: override.key }) };
    }
    const route = this.routes.look(domain);
    const { ways, problem } = route
      ? { ways: waysOf(route.target), problem: undefined }
      : await usualWays(domain, {
        dns: this.#parts.dns,
        random: this.#parts.lot,
      });
    const probed = await Promise.all(
      ways.map((way) =>
        probe(way, this.#parts, {
          own: own(way.port),
          allowPrivate: route !== undefined ||
            this.#parts.allowsPrivateTargets(),
        })
      ),
    );
    return {
      ways: probed,
      ...(override && { key: override.key }),
      ...(route?.exchanger !== undefined && { exchanger: route.exchanger }),
      ...(problem !== undefined && { problem }),
    };
  }

  /** Writes what was only counted. @throws {Refusal} if the store takes nothing */
  async write(): Promise<void> {
    await this.overrides.writeUses();
    await this.exchangers.write();
  }

  /** Writes it, too; a store that takes nothing loses a minute of counting. */
  async close(): Promise<void> {
    try {
      await this.write();
    } catch (error) {
      if (!(error instanceof Refusal)) this.#parts.reportBug(error);
    } finally {
      this.overrides.close();
      this.exchangers.close();
    }
  }
}

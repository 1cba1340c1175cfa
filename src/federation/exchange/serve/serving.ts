/** Exchangers that ask us: who they are, how often they may, and what they get. @module */
import type { Exchange } from "../exchange.ts";
import type { Exchanger } from "../exchanger.ts";
import { LegacyIds } from "./legacy_ids.ts";
import { PullLimits } from "./pull_limits.ts";
import { ServedMail, type ServedMailParts } from "./served_mail.ts";

export interface ServingParts extends Omit<ServedMailParts, "exchangers"> {
  readonly exchange: Exchange;
  /** Whether the paths and the shape of older programs are known too. */
  legacyPaths(): boolean;
}

export class Serving {
  readonly mail: ServedMail;
  readonly limits: PullLimits;
  readonly legacyIds: LegacyIds;
  readonly #parts: ServingParts;

  constructor(parts: ServingParts) {
    this.#parts = parts;
    const { exchange: { exchangers }, clock } = parts;
    this.mail = new ServedMail({ ...parts, exchangers });
    this.limits = new PullLimits(clock);
    this.legacyIds = new LegacyIds(clock.now());
  }

  /** Else there are no such paths. */
  get isOn(): boolean {
    return this.#parts.exchange.exchangers.areServed;
  }

  get legacyPaths(): boolean {
    return this.#parts.legacyPaths();
  }

  /** Mail is exchanged with others at all. */
  get isFederating(): boolean {
    return this.#parts.policy().enabled;
  }

  bearer(token: string): Exchanger | undefined {
    return this.#parts.exchange.exchangers.bearer(token);
  }

  /** @param domain Canonical. */
  mayFetch(exchanger: Exchanger, domain: string): boolean {
    return this.#parts.exchange.serves(exchanger, domain);
  }
}

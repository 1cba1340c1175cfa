/**
 * Whose mail for other servers is passed on, and to whom: being an exchanger.
 * Nobody who is not known here has anything passed on.
 *
 * @module
 */
import { domain, findMailbox } from "../../mail/address.ts";
import type { Address } from "../../mail/address.ts";
import { Networks } from "../../net/networks.ts";
import { PatternTable } from "../policy/rules.ts";
import type { Exchange } from "./exchange.ts";

/** Read at each use. */
export interface RelayRules {
  readonly mode: "off" | "selected" | "all";
  /** Patterns of domains. */
  readonly recipients: readonly string[];
  /** Empty: all. */
  readonly senders: readonly string[];
  /** Networks that need no token. */
  readonly from: readonly string[];
}

/** Who brings it. */
export interface RelayCaller {
  /** Of an exchanger, or "network". */
  readonly name: string;
  readonly trusted: boolean;
}

const BY_NETWORK: RelayCaller = { name: "network", trusted: false };

export class RelayGate {
  readonly #networks = new Networks();

  constructor(
    readonly exchange: Pick<Exchange, "exchangers" | "isRouted">,
    readonly rules: () => RelayRules,
  ) {}

  get isOn(): boolean {
    return this.rules().mode !== "off";
  }

  /** @param token Empty: none. */
  caller(token: string, address: string): RelayCaller | undefined {
    if (!this.isOn) return undefined;
    const exchanger = this.exchange.exchangers.bearer(token);
    if (exchanger) {
      return { name: exchanger.name, trusted: exchanger.trustAuth };
    }
    return this.#networks.includes(this.rules().from, address)
      ? BY_NETWORK
      : undefined;
  }

  /** @param reversePath Empty is the null reverse-path. */
  admits(reversePath: string, recipient: Address): boolean {
    const { mode, recipients, senders } = this.rules();
    const to = domain(recipient);
    const isWanted = mode === "all" || isAmong(recipients, to) ||
      this.exchange.isRouted(to);
    return isWanted && (senders.length === 0 || isFrom(senders, reversePath));
  }
}

/** Reports have no sender. */
function isFrom(senders: readonly string[], reversePath: string): boolean {
  if (reversePath === "") return true;
  const sender = findMailbox(reversePath);
  return sender !== undefined && isAmong(senders, domain(sender));
}

function isAmong(patterns: readonly string[], name: string): boolean {
  return new PatternTable(patterns.map((one) => [one, one] as const))
    .find(name) !== undefined;
}

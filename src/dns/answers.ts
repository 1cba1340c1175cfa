/**
 * What is asked of the DNS and what comes back, without the wire. Names are
 * lower-case A-labels without a trailing dot.
 *
 * @module
 */

/** One mail exchanger (RFC 5321 §5.1). An empty host is a null MX (RFC 7505 §3). */
export interface MailExchanger {
  readonly preference: number;
  readonly host: string;
}

/** Values of one name and type, and how long they may be kept. */
export interface Answer<T> {
  readonly values: readonly T[];
  readonly ttlSeconds: number;
}

/**
 * Why a name has no answer. `no_such_name`: it does not exist (NXDOMAIN);
 * `no_data`: it exists without this type; `temporary`: nobody could tell.
 */
export type DnsProblem = "no_such_name" | "no_data" | "temporary";

export class DnsFailure extends Error {
  override readonly name = "DnsFailure";
  constructor(
    readonly problem: DnsProblem,
    readonly queried: string,
    detail: string = problem,
  ) {
    super(`Cannot look up ${queried}: ${detail}`);
  }
}

/** Look-ups, cached. All throw `DnsFailure`. */
export interface Dns {
  mailExchangers(
    domain: string,
    freshness?: Freshness,
  ): Promise<Answer<MailExchanger>>;
  /** Each TXT record joined to one text (RFC 7208 §3.3). */
  texts(name: string, freshness?: Freshness): Promise<Answer<string>>;
  ipv4(name: string): Promise<Answer<string>>;
  ipv6(name: string): Promise<Answer<string>>;
  /** Host names of an address (RFC 1035 §3.5, RFC 3596 §2.5). */
  names(address: string): Promise<Answer<string>>;
}

/** `fresh` asks although an answer is remembered. */
export type Freshness = "cached" | "fresh";

/** What is known of the octets that have passed. @module */

/** From the server's point of view. */
export interface Octets {
  readonly in: number;
  readonly out: number;
}

export interface BandwidthMonth {
  /** Seconds since 1970 UTC: from the billing day, for a month. */
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly byCategory: ReadonlyMap<string, Octets>;
  readonly total: Octets;
  /** Of the network interface, everything that the machine does; where one is named. */
  readonly interface: Octets | undefined;
  readonly capOctets: number;
  /** Out, by the end of the month, if it goes on so; undefined in its first hour, and of a month that has ended. */
  readonly forecastOctets: number | undefined;
}

export interface BandwidthBucket extends Octets {
  readonly startSeconds: number;
}

export interface BandwidthUser extends Octets {
  readonly account: number;
}

export interface AccountOctets extends Octets {
  /** Of this month; none where too many accounts are counted. */
  readonly days: readonly BandwidthBucket[];
}

export interface BandwidthControl {
  /** The one in which a second is; without it this one. */
  month(atSeconds?: number): BandwidthMonth;
  series(wanted: {
    readonly fromSeconds: number;
    readonly toSeconds: number;
    readonly granularity: "hour" | "day";
    readonly category?: string;
  }): readonly BandwidthBucket[];
  /** Of this month, where accounts are counted; the most first. */
  users(limit: number, order: "total" | "in" | "out"): readonly BandwidthUser[];
  /** Whether anything is counted. */
  readonly isOn: boolean;
  /** Whether accounts are counted one by one. */
  readonly isPerAccount: boolean;
  /** Of this month; undefined where it is not counted, or has moved nothing. */
  ofAccount(account: number): AccountOctets | undefined;
}

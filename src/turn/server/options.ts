/** What a TURN server is told. @module */
import type { Family } from "../proto/address.ts";

export interface TurnLimits {
  /** Of all clients together. */
  readonly allocations: number;
  readonly allocationsPerAddress: number;
  /** One more takes the place of the user's oldest. */
  readonly allocationsPerUser: number;
  /** Of one allocation, in each direction; 0 is no limit. */
  readonly octetsPerSecond: number;
}

export interface TurnOptions {
  /** At most 32 octets: see `challenge()`. */
  readonly realm: string;
  /** Whoever has it can make credentials. */
  readonly secret: string;
  /** What relayed addresses are told to be; a family that is absent is not relayed. */
  readonly relayAddresses: Readonly<Partial<Record<Family, string>>>;
  /** First and last port of relayed addresses. */
  readonly relayPorts: readonly [number, number];
  /** Addresses of this machine, canonical; no peer may have one. */
  readonly ownAddresses: readonly string[];
  /** CIDR ranges that may be peers although they are private. */
  readonly allowedPeers: readonly string[];
  /** CIDR ranges that may not be, besides. */
  readonly deniedPeers: readonly string[];
  readonly limits: TurnLimits;
}

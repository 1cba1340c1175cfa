/** How often things happened since the start: numbers only, about nobody. @module */

const DROP_REASONS = [
  "malformed",
  "too_many",
  "no_permission",
  "bandwidth",
  "unknown",
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export interface TurnCounters {
  /** Now. */
  readonly allocations: number;
  readonly allocated: number;
  /** Allocate requests with right credentials that got none. */
  readonly notAllocated: number;
  /** Data of clients that went to peers, and back. */
  readonly octetsToPeers: number;
  readonly octetsToClients: number;
  /** Of both, what went from one client to another without leaving. */
  readonly octetsInside: number;
  readonly packetsToPeers: number;
  readonly packetsToClients: number;
  readonly bindings: number;
  readonly failedLogins: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/** The same, as it is counted. */
export class TurnCounts {
  allocated = 0;
  notAllocated = 0;
  octetsToPeers = 0;
  octetsToClients = 0;
  octetsInside = 0;
  packetsToPeers = 0;
  packetsToClients = 0;
  bindings = 0;
  failedLogins = 0;
  readonly dropped: Record<DropReason, number> = {
    malformed: 0,
    too_many: 0,
    no_permission: 0,
    bandwidth: 0,
    unknown: 0,
  };

  snapshot(allocations: number): TurnCounters {
    return { ...this, dropped: { ...this.dropped }, allocations };
  }
}

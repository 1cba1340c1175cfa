/**
 * All allocations, by client and by relayed address, and how many there may be.
 *
 * @module
 */
import { limitKey } from "../../base/peer_address.ts";
import type { Family } from "../proto/address.ts";
import { Allocation, type Relay } from "./allocation.ts";
import type { TurnPeer } from "./ports.ts";
import {
  type PortWish,
  RelayPorts,
  type RelayPortsParts,
} from "./relay_ports.ts";

export interface AllocationRequest {
  readonly client: TurnPeer;
  readonly username: string;
  readonly families: readonly Family[];
  readonly wish: PortWish;
  /** Of a port that was kept. */
  readonly token?: Uint8Array;
  readonly lifetimeSeconds: number;
}

export type Shortage = "quota" | "capacity";

export interface Created {
  readonly allocation: Allocation;
  /** For the port beside its own, which is kept. */
  readonly reserved?: Uint8Array;
}

export class AllocationTable {
  readonly #parts: RelayPortsParts;
  readonly #ports: RelayPorts;
  /** In the order in which they were made. */
  readonly #byClient = new Map<string, Allocation>();
  readonly #byPort: Record<Family, Map<number, Allocation>> = {
    4: new Map(),
    6: new Map(),
  };
  readonly #perAddress = new Map<string, number>();
  readonly #perUser = new Map<string, Set<Allocation>>();

  constructor(parts: RelayPortsParts) {
    this.#parts = parts;
    this.#ports = new RelayPorts(parts);
  }

  get size(): number {
    return this.#byClient.size;
  }

  of(client: TurnPeer): Allocation | undefined {
    const allocation = this.#byClient.get(client.key);
    if (!allocation?.isExpired) return allocation;
    this.remove(allocation);
    return undefined;
  }

  byClient(key: string): Allocation | undefined {
    return this.#byClient.get(key);
  }

  /** Whose relayed address has this port. */
  byPort(family: Family, port: number): Allocation | undefined {
    return this.#byPort[family].get(port);
  }

  create(request: AllocationRequest): Created | Shortage {
    const { client, username } = request;
    const { limits } = this.#parts.options();
    const address = limitKey(client.address.hostname);
    const own = this.#perUser.get(username);
    // who starts again after a crash leaves some behind, which nobody else holds
    if (own && own.size >= limits.allocationsPerUser) {
      for (const oldest of own) {
        this.remove(oldest);
        break;
      }
    }
    const fromAddress = this.#perAddress.get(address) ?? 0;
    if (fromAddress >= limits.allocationsPerAddress) return "quota";
    if (this.size >= limits.allocations) return "capacity";
    const opened = this.#openRelays(request);
    if (!opened) return "capacity";
    const { relays, reserved } = opened;
    const allocation = new Allocation({
      ...request,
      relays,
      octetsPerSecond: limits.octetsPerSecond,
      clock: this.#parts.clock,
    }, request.lifetimeSeconds);
    this.#byClient.set(client.key, allocation);
    for (const [family, relay] of relays) {
      relay.allocation = allocation;
      this.#byPort[family].set(relay.address.port, allocation);
    }
    this.#perAddress.set(address, fromAddress + 1);
    const users = this.#perUser.get(username) ?? new Set();
    this.#perUser.set(username, users.add(allocation));
    return { allocation, ...(reserved ? { reserved } : {}) };
  }

  /** Safe to repeat. */
  remove(allocation: Allocation): void {
    const { client, username, relays } = allocation;
    if (this.#byClient.get(client.key) !== allocation) return;
    this.#byClient.delete(client.key);
    for (const [family, { address: { port } }] of relays) {
      this.#byPort[family].delete(port);
    }
    const address = limitKey(client.address.hostname);
    const fromAddress = (this.#perAddress.get(address) ?? 1) - 1;
    if (fromAddress === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, fromAddress);
    const users = this.#perUser.get(username);
    users?.delete(allocation);
    if (users?.size === 0) this.#perUser.delete(username);
    allocation.close();
  }

  /** Those whose time is over go. */
  sweep(): void {
    for (const allocation of [...this.#byClient.values()]) {
      if (allocation.isExpired) this.remove(allocation);
    }
    this.#ports.sweep();
  }

  clear(): void {
    for (const allocation of [...this.#byClient.values()]) {
      this.remove(allocation);
    }
    this.#ports.clear();
  }

  #openRelays(
    { families, wish, token }: AllocationRequest,
  ): Opened | undefined {
    const relays = new Map<Family, Relay>();
    if (token) {
      const kept = this.#ports.redeem(token);
      return kept && { relays: relays.set(kept.family, kept.relay) };
    }
    let reserved: Uint8Array | undefined;
    for (const family of families) {
      const opened = this.#ports.open(family, wish);
      if (!opened) {
        for (const { socket } of relays.values()) socket.close();
        return undefined;
      }
      relays.set(family, opened.relay);
      reserved ??= opened.token;
    }
    return { relays, ...(reserved ? { reserved } : {}) };
  }
}

interface Opened {
  readonly relays: ReadonlyMap<Family, Relay>;
  readonly reserved?: Uint8Array;
}

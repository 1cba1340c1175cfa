/**
 * An allocation (RFC 8656 §6): a client, its relayed addresses, and which peers
 * may send to it. Times are of the monotonic clock.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { Family, TransportAddress } from "../proto/address.ts";
import type { RelaySocket, RelayTarget, TurnPeer } from "./ports.ts";
import { OctetBudget } from "./rates.ts";

/** A relayed address; without an allocation what comes to it is dropped. */
export interface Relay {
  readonly address: TransportAddress;
  readonly socket: RelaySocket;
  allocation?: Allocation;
}

export interface Channel {
  readonly number: number;
  readonly target: RelayTarget;
  /** The peer is a relayed address of ours. */
  readonly isRelayed: boolean;
  expiresAtMs: number;
}

/** Of all ports of one address (RFC 8656 §9). */
interface Permission {
  expiresAtMs: number;
  /** By the peer's port. */
  readonly channels: Map<number, Channel>;
}

const PERMISSION_MS = 300_000; // RFC 8656 §9
const CHANNEL_MS = 600_000; // RFC 8656 §12
const MAX_PERMISSIONS = 64;
const MAX_CHANNELS = 64;

export interface AllocationSource {
  readonly client: TurnPeer;
  readonly username: string;
  readonly relays: ReadonlyMap<Family, Relay>;
  readonly octetsPerSecond: number;
  readonly clock: Clock;
}

export class Allocation {
  readonly client: TurnPeer;
  readonly username: string;
  readonly relays: ReadonlyMap<Family, Relay>;
  readonly toPeers: OctetBudget;
  readonly toClient: OctetBudget;
  expiresAtMs: number;
  readonly #clock: Clock;
  readonly #permissions = new Map<string, Permission>();
  readonly #channels = new Map<number, Channel>();

  constructor(source: AllocationSource, lifetimeSeconds: number) {
    const { clock, octetsPerSecond } = source;
    this.client = source.client;
    this.username = source.username;
    this.relays = source.relays;
    this.toPeers = new OctetBudget(clock, octetsPerSecond);
    this.toClient = new OctetBudget(clock, octetsPerSecond);
    this.#clock = clock;
    this.expiresAtMs = clock.monotonic() + lifetimeSeconds * 1000;
  }

  refresh(lifetimeSeconds: number): void {
    this.expiresAtMs = this.#clock.monotonic() + lifetimeSeconds * 1000;
  }

  get isExpired(): boolean {
    return this.expiresAtMs <= this.#clock.monotonic();
  }

  /** Whether these addresses can be permitted beside the ones there are. */
  hasRoomFor(hostnames: readonly string[]): boolean {
    this.#forgetExpired();
    const fresh = new Set(
      hostnames.filter((one) => !this.#permissions.has(one)),
    );
    return this.#permissions.size + fresh.size <= MAX_PERMISSIONS;
  }

  permit(hostname: string): void {
    this.#permission(hostname).expiresAtMs = this.#clock.monotonic() +
      PERMISSION_MS;
  }

  permits(hostname: string): boolean {
    const permission = this.#permissions.get(hostname);
    return permission !== undefined &&
      permission.expiresAtMs > this.#clock.monotonic();
  }

  /**
   * Binds a channel or prolongs it, and permits its peer.
   *
   * @returns false when the number or the peer is bound otherwise; "full"
   * when there are too many
   */
  bind(
    number: number,
    { hostname, port }: TransportAddress,
    isRelayed: boolean,
  ): boolean | "full" {
    this.#forgetExpired();
    const byNumber = this.#channels.get(number);
    const byPeer = this.#permissions.get(hostname)?.channels.get(port);
    if (byNumber !== byPeer) return false;
    if (
      !byNumber &&
      (this.#channels.size >= MAX_CHANNELS || !this.hasRoomFor([hostname]))
    ) return "full";
    const expiresAtMs = this.#clock.monotonic() + CHANNEL_MS;
    if (byNumber) byNumber.expiresAtMs = expiresAtMs;
    else {
      const target: RelayTarget = { transport: "udp", hostname, port };
      const channel: Channel = { number, target, isRelayed, expiresAtMs };
      this.#channels.set(number, channel);
      this.#permission(hostname).channels.set(port, channel);
    }
    this.permit(hostname);
    return true;
  }

  channel(number: number): Channel | undefined {
    const channel = this.#channels.get(number);
    return channel && channel.expiresAtMs > this.#clock.monotonic()
      ? channel
      : undefined;
  }

  /** The channel that is bound to a peer. */
  channelTo(hostname: string, port: number): Channel | undefined {
    const channel = this.#permissions.get(hostname)?.channels.get(port);
    return channel && channel.expiresAtMs > this.#clock.monotonic()
      ? channel
      : undefined;
  }

  close(): void {
    for (const relay of this.relays.values()) {
      delete relay.allocation;
      relay.socket.close();
    }
  }

  #permission(hostname: string): Permission {
    const kept = this.#permissions.get(hostname);
    if (kept) return kept;
    const permission = { expiresAtMs: 0, channels: new Map() };
    this.#permissions.set(hostname, permission);
    return permission;
  }

  #forgetExpired(): void {
    const nowMs = this.#clock.monotonic();
    for (const [hostname, { channels, expiresAtMs }] of this.#permissions) {
      for (const [port, channel] of channels) {
        if (channel.expiresAtMs > nowMs) continue;
        channels.delete(port);
        this.#channels.delete(channel.number);
      }
      if (channels.size === 0 && expiresAtMs <= nowMs) {
        this.#permissions.delete(hostname);
      }
    }
  }
}

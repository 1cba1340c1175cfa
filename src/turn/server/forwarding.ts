/**
 * Data between clients and peers (RFC 8656 §11, §12): what is done for each
 * packet of a call. Between two clients of this server it stays inside.
 *
 * @module
 */
import { familyOf } from "../proto/address.ts";
import { ATTRIBUTES } from "../proto/attributes.ts";
import { encodeXorAddress } from "../proto/address.ts";
import {
  channelOf,
  channelPayload,
  encodeChannelData,
  setChannelHeader,
} from "../proto/channel_data.ts";
import { encodeMessage, METHODS } from "../proto/message.ts";
import type { Random } from "../../base/random.ts";
import type { Allocation, Channel } from "./allocation.ts";
import type { AllocationTable } from "./allocation_table.ts";
import type { TurnCounts } from "./counters.ts";
import { HEADROOM, type RelayTarget, type Sent } from "./ports.ts";

const TRANSACTION_OCTETS = 12;

export interface ForwardingParts {
  readonly allocations: AllocationTable;
  readonly counts: TurnCounts;
  readonly random: Random;
}

export class Forwarding {
  readonly #parts: ForwardingParts;

  constructor(parts: ForwardingParts) {
    this.#parts = parts;
  }

  /** ChannelData of a client. */
  fromChannel(allocation: Allocation, octets: Uint8Array): Sent {
    const channel = allocation.channel(channelOf(octets));
    const data = channelPayload(octets);
    const { dropped } = this.#parts.counts;
    if (!channel) {
      dropped.unknown++;
      return;
    }
    if (!data) {
      dropped.malformed++;
      return;
    }
    return this.toPeer(allocation, channel, data);
  }

  toPeer(
    allocation: Allocation,
    { target, isRelayed }: Pick<Channel, "target" | "isRelayed">,
    data: Uint8Array,
  ): Sent {
    const { counts } = this.#parts;
    if (!allocation.toPeers.take(data.length)) {
      counts.dropped.bandwidth++;
      return;
    }
    const relay = allocation.relays.get(familyOf(target.hostname));
    if (!relay) {
      counts.dropped.unknown++;
      return;
    }
    counts.packetsToPeers++;
    counts.octetsToPeers += data.length;
    if (!isRelayed) return relay.socket.send(data, target);
    return this.#inside(relay.address, target, data);
  }

  /** See `RelayEvents`. */
  toClient(
    allocation: Allocation,
    buffer: Uint8Array,
    size: number,
    hostname: string,
    port: number,
  ): Sent {
    const { counts } = this.#parts;
    if (!allocation.permits(hostname)) {
      counts.dropped.no_permission++;
      return;
    }
    if (!allocation.toClient.take(size)) {
      counts.dropped.bandwidth++;
      return;
    }
    counts.packetsToClients++;
    counts.octetsToClients += size;
    const { client } = allocation;
    const channel = allocation.channelTo(hostname, port);
    if (!channel) {
      const data = buffer.subarray(HEADROOM, HEADROOM + size);
      return client.send(this.#dataIndication(hostname, port, data));
    }
    if (client.isStream) {
      const data = buffer.subarray(HEADROOM, HEADROOM + size);
      return client.send(encodeChannelData(channel.number, data));
    }
    setChannelHeader(buffer, channel.number, size);
    return client.send(buffer.subarray(0, HEADROOM + size));
  }

  /** To another client of ours, as if it had come from the relayed address of the first. */
  #inside(
    from: { readonly hostname: string; readonly port: number },
    { hostname, port }: RelayTarget,
    data: Uint8Array,
  ): Sent {
    const { allocations, counts } = this.#parts;
    const other = allocations.byPort(familyOf(hostname), port);
    if (!other) {
      counts.dropped.unknown++;
      return;
    }
    const buffer = new Uint8Array(HEADROOM + data.length);
    buffer.set(data, HEADROOM);
    counts.octetsInside += data.length;
    return this.toClient(other, buffer, data.length, from.hostname, from.port);
  }

  /** RFC 8656 §11.3 */
  #dataIndication(
    hostname: string,
    port: number,
    data: Uint8Array,
  ): Uint8Array {
    const transactionId = this.#parts.random(TRANSACTION_OCTETS);
    const peer = encodeXorAddress({ hostname, port }, transactionId);
    return encodeMessage({
      method: METHODS.data,
      class: "indication",
      transactionId,
      attributes: [
        { type: ATTRIBUTES.xorPeerAddress, value: peer },
        { type: ATTRIBUTES.data, value: data },
      ],
    });
  }
}

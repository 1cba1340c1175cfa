/** What each request does (RFC 8656 §7, §8, §10, §12), as a table by method. @module */
import {
  codeOfFamily,
  decodeXorAddress,
  encodeXorAddress,
  type Family,
  familyOf,
  familyOfCode,
  type TransportAddress,
} from "../proto/address.ts";
import {
  addressErrorAttribute,
  type Attribute,
  ATTRIBUTES,
  type ErrorNumber,
  numberAttribute,
  numberIn,
} from "../proto/attributes.ts";
import { isChannelNumber } from "../proto/channel_data.ts";
import { attributeOf, METHODS, type StunMessage } from "../proto/message.ts";
import type { Allocation } from "./allocation.ts";
import type { AllocationTable } from "./allocation_table.ts";
import type { TurnCounts } from "./counters.ts";
import type { TurnOptions } from "./options.ts";
import type { PeerPolicy } from "./peer_policy.ts";
import type { TurnPeer } from "./ports.ts";
import type { PortWish } from "./relay_ports.ts";

export interface RequestParts {
  readonly allocations: AllocationTable;
  readonly counts: TurnCounts;
  readonly policy: PeerPolicy;
  readonly options: TurnOptions;
}

export interface TurnRequest {
  readonly client: TurnPeer;
  readonly message: StunMessage;
  readonly username: string;
}

/** The attributes of a success response, or the code of an error response. */
export type Answer = readonly Attribute[] | ErrorNumber;

type Handle = (parts: RequestParts, request: TurnRequest) => Answer;

const UDP = 17; // RFC 8656 §18.7
const DEFAULT_LIFETIME_SECONDS = 600; // RFC 8656 §3.2
const MAX_LIFETIME_SECONDS = 3600; // RFC 8656 §7.2

function lifetimeOf(message: StunMessage): number {
  const value = attributeOf(message, ATTRIBUTES.lifetime);
  const asked = value && numberIn(value) || DEFAULT_LIFETIME_SECONDS;
  return Math.min(
    Math.max(asked, DEFAULT_LIFETIME_SECONDS),
    MAX_LIFETIME_SECONDS,
  );
}

/** RFC 8656 §7.2 */
function allocate(parts: RequestParts, request: TurnRequest): Answer {
  const { client, message } = request;
  const { allocations, counts, options } = parts;
  if (allocations.of(client)) return 437;
  const transport = attributeOf(message, ATTRIBUTES.requestedTransport);
  if (transport?.length !== 4) return 400;
  if (transport[0] !== UDP) return 442;
  const token = attributeOf(message, ATTRIBUTES.reservationToken);
  const evenPort = attributeOf(message, ATTRIBUTES.evenPort);
  if (token && (evenPort || token.length !== 8)) return 400;
  if (evenPort && evenPort.length !== 1) return 400;
  const families = familiesOf(message, options);
  if (typeof families === "number") return families;
  const lifetimeSeconds = lifetimeOf(message);
  const made = allocations.create({
    ...request,
    families: families.granted,
    wish: wishOf(evenPort),
    ...(token ? { token } : {}),
    lifetimeSeconds,
  });
  if (typeof made === "string") {
    counts.notAllocated++;
    return made === "quota" ? 486 : 508;
  }
  counts.allocated++;
  const missing = families.refused.map((family) =>
    addressErrorAttribute(codeOfFamily(family), 440)
  );
  const kept = made.reserved
    ? [{ type: ATTRIBUTES.reservationToken, value: made.reserved }]
    : [];
  return [
    ...allocated(made.allocation, request, lifetimeSeconds),
    ...kept,
    ...missing,
  ];
}

/** The first bit of EVEN-PORT asks for the next port too (RFC 8656 §18.8). */
function wishOf(evenPort: Uint8Array | undefined): PortWish {
  if (!evenPort) return "any";
  return evenPort[0]! & 0x80 ? "even_with_next" : "even";
}

function allocated(
  { relays }: Allocation,
  { client, message: { transactionId } }: TurnRequest,
  lifetimeSeconds: number,
): Attribute[] {
  const relayed = [...relays.values()].map(({ address }) => ({
    type: ATTRIBUTES.xorRelayedAddress,
    value: encodeXorAddress(address, transactionId),
  }));
  return [
    ...relayed,
    numberAttribute(ATTRIBUTES.lifetime, lifetimeSeconds),
    {
      type: ATTRIBUTES.xorMappedAddress,
      value: encodeXorAddress(client.address, transactionId),
    },
  ];
}

interface Families {
  readonly granted: readonly Family[];
  /** Of two that were asked for, the one that there is not. */
  readonly refused: readonly Family[];
}

function familiesOf(
  message: StunMessage,
  { relayAddresses }: TurnOptions,
): Families | ErrorNumber {
  const one = attributeOf(message, ATTRIBUTES.requestedAddressFamily);
  const more = attributeOf(message, ATTRIBUTES.additionalAddressFamily);
  const has = (family: Family) => relayAddresses[family] !== undefined;
  if (more) {
    // RFC 8656 §18.11: IPv6 beside IPv4, and nothing else
    const isAlone = !one && !attributeOf(message, ATTRIBUTES.evenPort) &&
      !attributeOf(message, ATTRIBUTES.reservationToken);
    if (!isAlone || more.length !== 4 || familyOfCode(more[0]!) !== 6) {
      return 400;
    }
    const granted = ([4, 6] as const).filter(has);
    const refused = ([4, 6] as const).filter((family) => !has(family));
    return granted.length === 0 ? 440 : { granted, refused };
  }
  if (one && one.length !== 4) return 400;
  const family = one ? familyOfCode(one[0]!) : 4;
  if (family === undefined || !has(family)) return 440;
  return { granted: [family], refused: [] };
}

/** The allocation of a request, or why it is not the sender's. */
function ownAllocation(
  { allocations }: RequestParts,
  { client, username }: TurnRequest,
): Allocation | 437 | 441 {
  const allocation = allocations.of(client);
  if (!allocation) return 437;
  return allocation.username === username ? allocation : 441;
}

/** RFC 8656 §8.2 */
function refresh(parts: RequestParts, request: TurnRequest): Answer {
  const allocation = ownAllocation(parts, request);
  if (typeof allocation === "number") return allocation;
  const { message } = request;
  const family = attributeOf(message, ATTRIBUTES.requestedAddressFamily);
  if (family) {
    const wanted = familyOfCode(family[0] ?? 0);
    if (!wanted || !allocation.relays.has(wanted)) return 443;
  }
  const asked = attributeOf(message, ATTRIBUTES.lifetime);
  if (asked && asked.length !== 4) return 400;
  if (asked && numberIn(asked) === 0) {
    parts.allocations.remove(allocation);
    return [numberAttribute(ATTRIBUTES.lifetime, 0)];
  }
  const lifetimeSeconds = lifetimeOf(message);
  allocation.refresh(lifetimeSeconds);
  return [numberAttribute(ATTRIBUTES.lifetime, lifetimeSeconds)];
}

/** RFC 8656 §10.2: all of its peers or none. */
function createPermission(parts: RequestParts, request: TurnRequest): Answer {
  const allocation = ownAllocation(parts, request);
  if (typeof allocation === "number") return allocation;
  const { message } = request;
  const hosts: string[] = [];
  for (const { type, value } of message.attributes) {
    if (type !== ATTRIBUTES.xorPeerAddress) continue;
    const peer = decodeXorAddress(value, message.transactionId);
    if (!peer) return 400;
    if (!allocation.relays.has(familyOf(peer.hostname))) return 443;
    if (parts.policy.host(peer.hostname) === "forbidden") return 403;
    hosts.push(peer.hostname);
  }
  if (hosts.length === 0) return 400;
  if (!allocation.hasRoomFor(hosts)) return 508;
  for (const hostname of hosts) allocation.permit(hostname);
  return [];
}

/** RFC 8656 §12.2 */
function channelBind(parts: RequestParts, request: TurnRequest): Answer {
  const allocation = ownAllocation(parts, request);
  if (typeof allocation === "number") return allocation;
  const { message } = request;
  const number = attributeOf(message, ATTRIBUTES.channelNumber);
  const peer = peerOf(message);
  if (number?.length !== 4 || !peer) return 400;
  const channel = number[0]! << 8 | number[1]!;
  if (!isChannelNumber(channel)) return 400;
  if (!allocation.relays.has(familyOf(peer.hostname))) return 443;
  const verdict = parts.policy.peer(peer);
  if (verdict === "forbidden") return 403;
  const bound = allocation.bind(channel, peer, verdict === "relayed");
  if (bound === "full") return 508;
  return bound ? [] : 400;
}

export function peerOf(message: StunMessage): TransportAddress | undefined {
  const value = attributeOf(message, ATTRIBUTES.xorPeerAddress);
  return value && decodeXorAddress(value, message.transactionId);
}

/** Of an authenticated client. */
export const REQUESTS: ReadonlyMap<number, Handle> = new Map([
  [METHODS.allocate, allocate],
  [METHODS.refresh, refresh],
  [METHODS.createPermission, createPermission],
  [METHODS.channelBind, channelBind],
]);

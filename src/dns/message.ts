/**
 * DNS messages (RFC 1035 §4.1) as values, coded by `npm:dns-packet`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
// @ts-types="@types/dns-packet"
import {
  type Answer,
  decode,
  encode,
  type Packet,
  RECURSION_DESIRED,
} from "dns-packet";

export type RecordType = "A" | "AAAA" | "CAA" | "MX" | "PTR" | "SRV" | "TXT";

export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** One record of the type that was asked for, its data as text. */
export interface ResourceRecord {
  readonly ttlSeconds: number;
  /** Address, host name or text. */
  readonly text: string;
  /** Of an MX record. */
  readonly preference?: number;
}

export interface DnsResponse {
  /** NOERROR, NXDOMAIN, SERVFAIL, … (RFC 1035 §4.1.1). */
  readonly code: string;
  /** More than fits: ask again over TCP. */
  readonly truncated: boolean;
  readonly records: readonly ResourceRecord[];
  /** How long the absence of an answer may be kept (RFC 2308 §5), seconds. */
  readonly negativeTtlSeconds: number | undefined;
}

/** What we take in one datagram (RFC 6891 §6.2.5; DNS flag day 2020). */
export const UDP_OCTETS = 1232;
const MAX_RECORDS = 256;
const MAX_ALIASES = 16;
const MAX_TTL_SECONDS = 604_800; // RFC 8767 §4

export function encodeQuery(id: number, { name, type }: Question): Uint8Array {
  return encode({
    type: "query",
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name, type, class: "IN" }],
    additionals: [{
      type: "OPT",
      name: ".",
      udpPayloadSize: UDP_OCTETS,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    }],
  });
}

/** The answer to this question, or undefined if the octets are none. Never throws. */
export function decodeResponse(
  octets: Uint8Array,
  id: number,
  question: Question,
): DnsResponse | undefined {
  let packet: Packet & { rcode?: string; flag_tc?: boolean };
  try {
    packet = decode(Buffer.from(octets));
  } catch {
    return undefined;
  }
  const asked = packet.questions?.[0];
  if (
    packet.type !== "response" || packet.id !== id ||
    asked?.type !== question.type || folded(asked.name) !== question.name
  ) return undefined;
  return {
    code: packet.rcode ?? "SERVFAIL",
    truncated: packet.flag_tc === true,
    records: recordsOf(packet, question),
    negativeTtlSeconds: negativeTtl(packet),
  };
}

/** Follows aliases (RFC 1034 §3.6.2) that the server has put into the answer. */
function recordsOf(packet: Packet, { name, type }: Question): ResourceRecord[] {
  const answers = (packet.answers ?? []).slice(0, MAX_RECORDS);
  const owners = new Set([name]);
  let aliasTtl = MAX_TTL_SECONDS;
  for (let step = 0; step < MAX_ALIASES; step++) {
    const size = owners.size;
    for (const answer of answers) {
      if (answer.type !== "CNAME" || !owners.has(folded(answer.name))) continue;
      owners.add(folded(answer.data));
      aliasTtl = Math.min(aliasTtl, ttlOf(answer.ttl));
    }
    if (owners.size === size) break;
  }
  return answers.flatMap((answer) => {
    if (answer.type !== type || !owners.has(folded(answer.name))) return [];
    const record = readRecord(answer);
    return record === undefined
      ? []
      : [{ ...record, ttlSeconds: Math.min(record.ttlSeconds, aliasTtl) }];
  });
}

/** undefined for records of other types. */
function readRecord(answer: Answer): ResourceRecord | undefined {
  switch (answer.type) {
    case "MX":
      return {
        ttlSeconds: ttlOf(answer.ttl),
        text: folded(answer.data.exchange),
        preference: answer.data.preference ?? 0,
      };
    case "TXT":
      return { ttlSeconds: ttlOf(answer.ttl), text: joined(answer.data) };
    case "PTR":
      return { ttlSeconds: ttlOf(answer.ttl), text: folded(answer.data) };
    case "SRV": { // RFC 2782
      const { priority = 0, weight = 0, port, target } = answer.data;
      const text = `${priority} ${weight} ${port} ${folded(target)}.`;
      return { ttlSeconds: ttlOf(answer.ttl), text };
    }
    case "CAA": { // RFC 8659 §4.1
      const { flags = 0, tag, value } = answer.data;
      const text = `${flags} ${tag} "${value}"`;
      return { ttlSeconds: ttlOf(answer.ttl), text };
    }
    case "A":
    case "AAAA":
      return { ttlSeconds: ttlOf(answer.ttl), text: answer.data };
  }
}

/** The strings of one record mean their concatenation (RFC 7208 §3.3). */
function joined(data: unknown): string {
  const parts = Array.isArray(data) ? data : [data];
  return parts.map((part) =>
    typeof part === "string" ? part : new TextDecoder().decode(part)
  ).join("");
}

function negativeTtl(packet: Packet): number | undefined {
  for (const record of packet.authorities ?? []) {
    if (record.type !== "SOA") continue;
    return Math.min(ttlOf(record.ttl), ttlOf(record.data.minimum));
  }
  return undefined;
}

function ttlOf(ttl: number | undefined): number {
  return Math.min(Math.max(ttl ?? 0, 0), MAX_TTL_SECONDS);
}

/** Lower case, without the dot at the end; the root is empty. */
function folded(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

/**
 * DNS messages (RFC 1035 §4.1) as values: questions coded by `npm:dns-packet`,
 * answers, which come from anywhere, read by our own reader.
 *
 * @module
 */
// @ts-types="@types/dns-packet"
import { encode, RECURSION_DESIRED } from "dns-packet";
import ipaddr from "ipaddr.js";
import { concat } from "../base/octets.ts";
import { MessageReader, quoted } from "./message_reader.ts";

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
const UDP_OCTETS = 1232;
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
  try {
    return readResponse(new MessageReader(octets), id, question);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const RESPONSE = 0x8000;
const TRUNCATED = 0x0200;
const CODES = [
  "NOERROR",
  "FORMERR",
  "SERVFAIL",
  "NXDOMAIN",
  "NOTIMP",
  "REFUSED",
];
const IN = 1;
const CNAME = 5;
const SOA = 6;
/** RFC 1035 §3.2.2, RFC 3596 §2.1, RFC 2782, RFC 8659 §4.1 */
const TYPES: Readonly<Record<RecordType, number>> = {
  A: 1,
  AAAA: 28,
  CAA: 257,
  MX: 15,
  PTR: 12,
  SRV: 33,
  TXT: 16,
};

/** One in the answer, whose data is read when it is known to be wanted. */
interface RawRecord {
  readonly owner: string;
  readonly type: number;
  readonly ttlSeconds: number;
  /** Where its data is. */
  readonly at: number;
  readonly length: number;
}

function readResponse(
  reader: MessageReader,
  id: number,
  question: Question,
): DnsResponse | undefined {
  const isOurs = reader.uint16() === id;
  const flags = reader.uint16();
  const counts = [1, 2, 3].map(() => reader.uint16());
  reader.uint16(); // of additional records
  if (!isOurs || (flags & RESPONSE) === 0 || counts[0] === 0) return undefined;
  const isAsked = reader.name() === question.name &&
    reader.uint16() === TYPES[question.type] && reader.uint16() === IN;
  if (!isAsked) return undefined;
  for (let left = counts[0]! - 1; left > 0; left--) {
    reader.skipName();
    reader.uint32();
  }
  const code = CODES[flags & 15] ?? `RCODE${flags & 15}`;
  if ((flags & TRUNCATED) !== 0) { // it may end anywhere
    return {
      code,
      truncated: true,
      records: [],
      negativeTtlSeconds: undefined,
    };
  }
  const answers = rawRecords(reader, counts[1]!, MAX_RECORDS);
  const end = reader.at;
  const records = recordsOf(reader, answers, question);
  reader.seek(end);
  const negativeTtlSeconds = records.length > 0
    ? undefined
    : negativeTtl(reader, rawRecords(reader, counts[2]!, MAX_RECORDS));
  return { code, truncated: false, records, negativeTtlSeconds };
}

/** The first of a section; behind them the reader stands where the section ends. */
function rawRecords(
  reader: MessageReader,
  count: number,
  most: number,
): RawRecord[] {
  const records: RawRecord[] = [];
  for (let left = count; left > 0; left--) {
    const isKept = records.length < most;
    const owner = isKept ? reader.name() : (reader.skipName(), "");
    const type = reader.uint16();
    reader.uint16(); // class
    const ttlSeconds = ttlOf(reader.uint32());
    const length = reader.uint16();
    const { at } = reader;
    reader.octets(length);
    if (isKept) records.push({ owner, type, ttlSeconds, at, length });
  }
  return records;
}

/** Follows aliases (RFC 1034 §3.6.2) that the server has put into the answer. */
function recordsOf(
  reader: MessageReader,
  answers: readonly RawRecord[],
  { name, type }: Question,
): ResourceRecord[] {
  const aliases = answers.filter((answer) => answer.type === CNAME).map(
    ({ owner, ttlSeconds, at }) => {
      reader.seek(at);
      return { owner, ttlSeconds, target: reader.name() };
    },
  );
  const owners = new Set([name]);
  let aliasTtl = MAX_TTL_SECONDS;
  for (let step = 0; step < MAX_ALIASES; step++) {
    const size = owners.size;
    for (const { owner, target, ttlSeconds } of aliases) {
      if (!owners.has(owner)) continue;
      owners.add(target);
      aliasTtl = Math.min(aliasTtl, ttlSeconds);
    }
    if (owners.size === size) break;
  }
  return answers.flatMap((answer) => {
    if (answer.type !== TYPES[type] || !owners.has(answer.owner)) return [];
    const ttlSeconds = Math.min(answer.ttlSeconds, aliasTtl);
    return [{ ...readData(reader, type, answer), ttlSeconds }];
  });
}

function readData(
  reader: MessageReader,
  type: RecordType,
  { at, length }: RawRecord,
): Omit<ResourceRecord, "ttlSeconds"> {
  reader.seek(at);
  switch (type) {
    case "MX": {
      const preference = reader.uint16();
      return { preference, text: reader.name() };
    }
    case "TXT":
      return { text: joined(reader, at + length) };
    case "PTR":
      return { text: reader.name() };
    case "SRV": { // RFC 2782
      const numbers = [1, 2, 3].map(() => reader.uint16());
      return { text: `${numbers.join(" ")} ${reader.name()}.` };
    }
    case "CAA": { // RFC 8659 §4.1
      const flags = reader.uint8();
      const tag = quoted(reader.string()).slice(1, -1);
      const value = reader.octets(Math.max(at + length - reader.at, 0));
      return { text: `${flags} ${tag} ${quoted(value)}` };
    }
    case "A":
      return { text: [...reader.octets(4)].join(".") };
    case "AAAA":
      return {
        text: new ipaddr.IPv6([...reader.octets(16)]).toRFC5952String(),
      };
  }
}

/** The strings of one record mean their concatenation (RFC 7208 §3.3). */
function joined(reader: MessageReader, end: number): string {
  const parts: Uint8Array[] = [];
  while (reader.at < end) parts.push(reader.string());
  return new TextDecoder().decode(concat(parts));
}

function negativeTtl(
  reader: MessageReader,
  authorities: readonly RawRecord[],
): number | undefined {
  const found = authorities.find(({ type }) => type === SOA);
  if (!found) return undefined;
  reader.seek(found.at);
  reader.skipName();
  reader.skipName();
  reader.octets(16); // serial, refresh, retry, expire
  return Math.min(found.ttlSeconds, ttlOf(reader.uint32()));
}

/** The first bit of a TTL makes it nothing (RFC 2181 §8). */
function ttlOf(ttl: number): number {
  return ttl >= 2 ** 31 ? 0 : Math.min(ttl, MAX_TTL_SECONDS);
}

/** Whether the DNS has a record as it should be. @module */
import { isIP } from "node:net";
import { canonicalAddress } from "../../dns/address_kind.ts";
import { type Answer, type Dns, DnsFailure } from "../../dns/answers.ts";
import {
  lookForKey,
  type RecordState,
  twiceProblem,
} from "../dkim/key_watch.ts";
import { checkSpf } from "../../mailauth/sender_policy.ts";
import type { PublishedFacts } from "./records.ts";
import { recordName } from "../dkim/key_rows.ts";
import type { PublishedRecord, PublishedType } from "./record.ts";

export interface LookUps extends Dns {
  zoneData(name: string, type: "SRV" | "CAA"): Promise<Answer<string>>;
}

export interface RecordCheck {
  readonly record: PublishedRecord;
  readonly state: RecordState;
  /** What is wrong, or why nobody could tell; for people. */
  readonly problem?: string;
  /** What the DNS says. */
  readonly found: readonly string[];
}

/** undefined: it will do. */
type Problem = string | undefined;

/** What one type of record is asked and judged by. */
interface Row {
  values(
    dns: LookUps,
    name: string,
  ): Promise<readonly string[]>;
  judge(
    record: PublishedRecord,
    found: readonly string[],
    facts: PublishedFacts,
  ): Problem | Promise<Problem>;
}

const ROWS: Record<Exclude<PublishedType, "CNAME">, Row> = {
  A: {
    values: async (dns, name) => (await dns.ipv4(name)).values,
    judge: judgeAddress,
  },
  AAAA: {
    values: async (dns, name) => (await dns.ipv6(name)).values,
    judge: judgeAddress,
  },
  MX: {
    values: async (dns, name) =>
      (await dns.mailExchangers(name, "fresh")).values.map((
        { preference, host },
      ) => `${preference} ${host}.`),
    judge: judgeMailHost,
  },
  TXT: {
    values: async (dns, name) => (await dns.texts(name, "fresh")).values,
    judge: judgeText,
  },
  SRV: {
    values: async (dns, name) => (await dns.zoneData(name, "SRV")).values,
    judge: isAmong,
  },
  CAA: {
    values: async (dns, name) => (await dns.zoneData(name, "CAA")).values,
    judge: isAmong,
  },
  PTR: {
    values: async (dns, name) =>
      (await dns.names(addressOf(name))).values.map((host) => `${host}.`),
    judge: isAmong,
  },
};

export async function checkRecord(
  record: PublishedRecord,
  facts: PublishedFacts,
  dns: LookUps,
): Promise<RecordCheck> {
  const key = facts.keys.find((row) => recordName(row) === record.name);
  if (key) {
    return { record, ...await lookForKey(dns, key) };
  }
  if (record.type === "CNAME") return await checkAlias(record, facts, dns);
  const { values, judge } = ROWS[record.type];
  const found = await answersOf(() => values(dns, record.name));
  if (!Array.isArray(found)) {
    return await withTrap({ record, ...found, found: [] }, dns);
  }
  const problem = await judge(record, found, facts) ??
    await senderProblem(record, found, facts, dns);
  if (problem === undefined) return { record, state: "ok", found };
  const state = record.type === "TXT" && !hasKind(record, found)
    ? "missing"
    : "wrong";
  return { record, state, problem, found };
}

/** What others are told of a text that is not ours: does it let this server send? */
async function senderProblem(
  { type, name, value }: PublishedRecord,
  found: readonly string[],
  { addresses }: PublishedFacts,
  dns: LookUps,
): Promise<Problem> {
  if (type !== "TXT" || kindOf(value) !== "v=spf1") return undefined;
  if (found.some((text) => text.trim() === value)) return undefined;
  for (const address of addresses) {
    const result = await checkSpf(dns, address, `postmaster@${name}`);
    if (result === "fail" || result === "softfail" || result === "neutral") {
      return `it does not let ${address} send`;
    }
  }
  return undefined;
}

type NoAnswer = { readonly state: "missing" | "unknown"; problem: string };

async function answersOf(
  ask: () => Promise<readonly string[]>,
): Promise<string[] | NoAnswer> {
  try {
    return [...await ask()];
  } catch (error) {
    if (!(error instanceof DnsFailure)) throw error;
    return error.problem === "temporary"
      ? { state: "unknown", problem: error.message }
      : { state: "missing", problem: "there is no such record" };
  }
}

/** Most forms add the domain to a name without a dot at its end: then it is there twice. */
async function withTrap(
  check: RecordCheck,
  dns: LookUps,
): Promise<RecordCheck> {
  const { name, domain, type } = check.record;
  if (check.state !== "missing" || type === "PTR" || type === "CNAME") {
    return check;
  }
  const twice = `${name}.${domain}`;
  const found = await answersOf(() => ROWS[type].values(dns, twice));
  if (!Array.isArray(found)) return check;
  return {
    ...check,
    state: "wrong",
    problem: twiceProblem(twice),
    found,
  };
}

/** An alias, or the same addresses by itself. */
async function checkAlias(
  record: PublishedRecord,
  facts: PublishedFacts,
  dns: LookUps,
): Promise<RecordCheck> {
  const there = await addressesOf(dns, record.name);
  if (!Array.isArray(there)) return { record, ...there, found: [] };
  const host = await addressesOf(dns, facts.mailHost);
  const ours = Array.isArray(host) ? host : [];
  if (there.every((address) => ours.includes(address))) {
    return { record, state: "ok", found: there };
  }
  return {
    record,
    state: "wrong",
    problem: `it leads elsewhere than ${facts.mailHost}`,
    found: there,
  };
}

/** Both families, in one form. */
export async function addressesOf(
  dns: Dns,
  name: string,
): Promise<string[] | NoAnswer> {
  const both = await Promise.all([
    answersOf(async () => (await dns.ipv4(name)).values),
    answersOf(async () => (await dns.ipv6(name)).values),
  ]);
  const found = both.flatMap((one) => Array.isArray(one) ? one : []);
  if (found.length > 0) return found.map(canonicalAddress);
  const unknown = both.find((one): one is NoAnswer =>
    !Array.isArray(one) && one.state === "unknown"
  );
  return unknown ?? { state: "missing", problem: "there is no such record" };
}

function judgeAddress(
  { value }: PublishedRecord,
  found: readonly string[],
): Problem {
  if (value === "") return undefined; // who answers there is another question
  const same = found.map(canonicalAddress).includes(canonicalAddress(value));
  return same ? undefined : `${value} is not among them`;
}

function judgeMailHost(
  { domain }: PublishedRecord,
  found: readonly string[],
  { mailHost }: PublishedFacts,
): Problem {
  const hosts = found.map((one) => one.replace(/^\d+ /, "").replace(/\.$/, ""));
  if (hosts.includes(mailHost)) return undefined;
  if (hosts.includes("")) return "it says that the domain takes no mail";
  const doubled = `${mailHost}.${domain}`;
  return hosts.includes(doubled)
    ? `it names ${doubled}: the dot at the end of the host is missing`
    : `${mailHost} is not among them`;
}

function isAmong(
  { value }: PublishedRecord,
  found: readonly string[],
): Problem {
  return found.some((one) => one.toLowerCase() === value.toLowerCase())
    ? undefined
    : "another one is there";
}

/** Texts of several kinds may be at one name: what a text begins with tells them apart. */
function kindOf(text: string): string {
  return /^(?:v=)?[a-z0-9]+/i.exec(text.trim())?.[0].toLowerCase() ?? "";
}

function hasKind({ value }: PublishedRecord, found: readonly string[]) {
  return found.some((text) => kindOf(text) === kindOf(value));
}

function judgeText(record: PublishedRecord, found: readonly string[]): Problem {
  const kind = kindOf(record.value);
  const same = found.filter((text) => kindOf(text) === kind);
  const [text] = same;
  if (text === undefined) return "there is no such record";
  if (same.length > 1) return "there are several, so that none counts";
  if (text.trim() === record.value) return undefined;
  return TEXTS[kind]?.(text.toLowerCase());
}

/** What other texts than ours will not do; by kind. */
const TEXTS: Readonly<Record<string, (text: string) => Problem>> = {
  "v=spf1": (text) =>
    / \+?(?:mx|a)(?=[ :\/]|$)| \+?(?:ip[46]|include|exists):| redirect=| \+?all$/
        .test(text)
      ? undefined
      : "it lets nobody send",
  "v=dmarc1": (text) =>
    /p\s*=\s*(?:reject|quarantine)/.test(text)
      ? undefined
      : "it lets others write in this name",
  "v=stsv1": () =>
    "its id is not that of our policy: others keep the one before",
  dkim: (text) =>
    /=\s*(?:all|discardable)/.test(text)
      ? undefined
      : "it lets others write in this name",
};

/** `1.2.0.192.in-addr.arpa` → `192.0.2.1` */
function addressOf(reverse: string): string {
  const labels = reverse.split(".").slice(0, -2).reverse();
  const address = labels.length === 4
    ? labels.join(".")
    : (labels.join("").match(/.{4}/g) ?? []).join(":");
  if (isIP(address) === 0) throw new TypeError(`No reverse name: ${reverse}`);
  return address;
}

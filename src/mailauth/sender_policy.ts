/**
 * What a domain publishes about mail in its name: which addresses send it (SPF,
 * RFC 7208), and whether it says that it signs all of it (DMARC, RFC 7489; ADSP).
 *
 * @module
 */
import getDmarcRecord from "mailauth/lib/dmarc/get-dmarc-record.js";
import { spf } from "mailauth/lib/spf/index.js";
import { type Dns, DnsFailure } from "../dns/answers.ts";
import { nodeResolver } from "./node_answers.ts";

export type SpfResult = // RFC 7208 §2.6
  | "none"
  | "neutral"
  | "pass"
  | "fail"
  | "softfail"
  | "temperror"
  | "permerror";

const SPF_RESULTS: readonly SpfResult[] = [
  "none",
  "neutral",
  "pass",
  "fail",
  "softfail",
  "temperror",
  "permerror",
];

/**
 * Whether the domain of a reverse-path lets this address send.
 *
 * @param reversePath not empty, without brackets
 */
export async function checkSpf(
  dns: Dns,
  peerAddress: string,
  reversePath: string,
): Promise<SpfResult> {
  const { status } = await spf({
    sender: reversePath,
    ip: peerAddress,
    helo: peerAddress,
    mta: "localhost",
    resolver: nodeResolver(dns),
  });
  return SPF_RESULTS.find((result) => result === status.result) ?? "permerror";
}

export type SigningPromise = "signs_all" | "says_nothing" | "temporary";

/** Whether mail of the domain without a signature of its own is to be mistrusted. */
export async function signingPromise(
  dns: Dns,
  domain: string,
): Promise<SigningPromise> {
  try {
    const record = await getDmarcRecord(domain, nodeResolver(dns));
    const policy = String(record?.p ?? "").trim().toLowerCase();
    if (policy === "quarantine" || policy === "reject") return "signs_all";
    return await adspPromise(dns, domain);
  } catch {
    return "temporary";
  }
}

/** RFC 5617 §4.2.1; historic, but published by chatmail relays. */
async function adspPromise(dns: Dns, domain: string): Promise<SigningPromise> {
  try {
    const { values } = await dns.texts(`_adsp._domainkey.${domain}`);
    const says = values.some((text) =>
      /^\s*dkim\s*=\s*(?:all|discardable)\b/i.test(text.slice(0, 100))
    );
    return says ? "signs_all" : "says_nothing";
  } catch (error) {
    if (error instanceof DnsFailure && error.problem !== "temporary") {
      return "says_nothing";
    }
    throw error;
  }
}

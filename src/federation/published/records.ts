/**
 * Every record that a relay has in the DNS. Those whose domains are addresses
 * have none.
 *
 * @module
 */
import { isIP, isIPv6 } from "node:net";
import { reverseName } from "../../dns/reverse_name.ts";
import { type DkimKeyRow, recordName, recordText } from "../dkim/key_rows.ts";
import { mtaStsId } from "./mta_sts_policy.ts";
import type { Need, PublishedRecord, PublishedType } from "./record.ts";

export interface PublishedFacts {
  /** All names that are ours, the primary one first. */
  readonly domains: readonly string[];
  /** Where mail for all of them arrives. */
  readonly mailHost: string;
  /** Public addresses of this machine, as far as it knows them. */
  readonly addresses: readonly string[];
  readonly keys: readonly DkimKeyRow[];
  /** What is served as the MTA-STS policy; undefined: nothing. */
  readonly mtaSts: string | undefined;
  /** By service name (RFC 6186 §3, RFC 8314 §5.1), those that listen. */
  readonly services: readonly {
    readonly service: string;
    readonly port: number;
  }[];
  /** Who issues our certificate, as CAA names it. */
  readonly issuer: string | undefined;
}

export function publishedRecords(facts: PublishedFacts): PublishedRecord[] {
  const [primary] = facts.domains;
  if (primary === undefined) return [];
  return [
    ...facts.domains.flatMap((domain) => ofDomain(domain, facts)),
    ...hostRecords(primary, facts),
  ];
}

/** Where mail arrives is in no domain, or in one that has its addresses by itself. */
function hostRecords(
  primary: string,
  facts: PublishedFacts,
): PublishedRecord[] {
  const { domains, mailHost, addresses } = facts;
  return [
    ...(domains.includes(mailHost)
      ? []
      : addressRecords(primary, mailHost, addresses)),
    ...addresses.map((address) => ({
      domain: primary,
      name: reverseName(address),
      type: "PTR" as const,
      value: `${mailHost}.`,
      need: "optional" as const,
      purpose: "name of this server's address, set where the address is from",
    })),
  ];
}

function ofDomain(domain: string, facts: PublishedFacts): PublishedRecord[] {
  const host = `${facts.mailHost}.`;
  function record(
    [type, name, value]: readonly [PublishedType, string, string],
    need: Need,
    purpose: string,
  ): PublishedRecord {
    return { domain, name: name + domain, type, value, need, purpose };
  }
  return [
    ...addressRecords(domain, domain, facts.addresses),
    record(["MX", "", `10 ${host}`], "required", "where mail goes"),
    ...facts.keys.filter((key) => key.domain === domain).map(keyRecord),
    record(
      ["TXT", "", "v=spf1 mx a ~all"],
      "recommended",
      "who sends in this name (SPF)",
    ),
    record(
      ["TXT", "_dmarc.", "v=DMARC1; p=reject; adkim=s; aspf=s"],
      "recommended",
      "refuse what is not signed (DMARC)",
    ),
    record(
      ["TXT", "_adsp._domainkey.", "dkim=discardable"],
      "recommended",
      "the same for older servers (ADSP)",
    ),
    ...(facts.mtaSts === undefined ? [] : [
      record(
        ["TXT", "_mta-sts.", `v=STSv1; id=${mtaStsId(facts.mtaSts)}`],
        "required",
        "TLS is required (MTA-STS)",
      ),
      record(["CNAME", "mta-sts.", host], "required", "where the policy is"),
    ]),
    record(["CNAME", "www.", host], "optional", "for people who type it"),
    ...facts.services.map(({ service, port }) =>
      record(
        ["SRV", `_${service}._tcp.`, `0 1 ${port} ${host}`],
        "optional",
        "where clients connect",
      )
    ),
    ...(facts.issuer === undefined ? [] : [
      record(
        ["CAA", "", `0 issue "${facts.issuer}"`],
        "optional",
        "who may issue certificates",
      ),
    ]),
  ];
}

function keyRecord(key: DkimKeyRow): PublishedRecord {
  const isRsa = key.algorithm === "rsa-sha256";
  return {
    domain: key.domain,
    name: recordName(key),
    type: "TXT",
    value: recordText(key),
    need: isRsa ? "required" : "recommended",
    purpose: `signatures (DKIM, ${isRsa ? "RSA" : "Ed25519"})${
      key.state === "pending" ? ", signs once it is there" : ""
    }`,
  };
}

function addressRecords(
  domain: string,
  name: string,
  addresses: readonly string[],
): PublishedRecord[] {
  const values = addresses.length > 0 ? addresses : [""];
  return values.filter((value) => value === "" || isIP(value) !== 0)
    .map((value) => ({
      domain,
      name,
      type: isIPv6(value) ? "AAAA" : "A",
      value,
      need: "required",
      purpose: "this server",
    }));
}

/** What the DNS says of us, and whether mail can be brought to where it leads. @module */
import type { Finding } from "../../admin/doctor_control.ts";
import {
  type PublishedRecord,
  zoneLine,
} from "../../federation/published/record.ts";
import type {
  HostCheck,
  NamesCheck,
  StrayAddress,
} from "../../federation/published/published_names.ts";
import type { RecordCheck } from "../../federation/published/record_check.ts";
import { type Check, fail, pass, skip, warn, type World } from "./check.ts";

const IDS = [
  "dns-a",
  "dns-aaaa",
  "dns-mx",
  "spf",
  "dkim",
  "dmarc",
  "ptr",
  "mta-sts",
  "dns-other",
] as const;
type RecordId = (typeof IDS)[number];

const ADDRESS_IDS = { A: "dns-a", AAAA: "dns-aaaa" } as const;

/** Without an address nobody connects; chat relays go without the others. */
const NEEDED: readonly RecordId[] = ["dns-a", "dns-aaaa"];

function idOf({ type, name, value }: PublishedRecord): RecordId {
  switch (type) {
    case "A":
      return "dns-a";
    case "AAAA":
      return "dns-aaaa";
    case "MX":
      return "dns-mx";
    case "PTR":
      return "ptr";
    case "CNAME":
      return name.startsWith("mta-sts.") ? "mta-sts" : "dns-other";
    case "TXT":
      return textId(name, value);
    default:
      return "dns-other";
  }
}

function textId(name: string, value: string): RecordId {
  if (name.includes("._domainkey.")) return "dkim";
  if (name.startsWith("_dmarc.")) return "dmarc";
  if (name.startsWith("_mta-sts.")) return "mta-sts";
  return value.startsWith("v=spf1") ? "spf" : "dns-other";
}

async function names({ context }: World): Promise<readonly Finding[]> {
  const { records, hosts, strays } = await context.names.check();
  if (records.length === 0) {
    const detail = "This server has no domain but addresses";
    return [...IDS, "mxdeliv-public"].map((id) => skip(id, detail));
  }
  return [
    ...IDS.flatMap((id) => {
      const astray = strays.filter(({ type }) => ADDRESS_IDS[type] === id)
        .map(strayFinding);
      const found = recordFindings(
        id,
        records.filter(({ record }) => idOf(record) === id),
      );
      // what is well does not stand beside what is not
      return astray.length === 0
        ? found
        : [...found.filter(({ remedy }) => remedy !== null), ...astray];
    }),
    ...hostFindings(hosts),
  ];
}

function recordFindings(
  id: RecordId,
  checks: NamesCheck["records"],
): readonly Finding[] {
  if (checks.length === 0) return [skip(id, "None is needed")];
  const bad = checks.filter(({ record, state }) =>
    state !== "ok" && (record.need !== "optional" || id !== "dns-other")
  );
  if (bad.length > 0) return bad.map((check) => recordFinding(id, check));
  const good = checks.filter(({ state }) => state === "ok");
  return good.length > 0
    ? [pass(id, good.map(({ record }) => told(record)).join(", "))]
    : [skip(id, "None is published, and none is needed")];
}

/** Those that come to it reach another machine, or none. */
function strayFinding({ name, type, address }: StrayAddress): Finding {
  return fail(
    ADDRESS_IDS[type],
    `${type} ${name} is ${address}, which is no address of this server`,
    `Remove from the DNS: ${name}. IN ${type} ${address}; if it leads here all the same, add it to server.public_ip`,
  );
}

function told({ type, name }: PublishedRecord): string {
  return `${type} ${name}`;
}

function recordFinding(
  id: RecordId,
  { record, state, problem }: RecordCheck,
): Finding {
  const detail = `${told(record)} is ${state}: ${problem ?? ""}`;
  if (state === "unknown") {
    return warn(
      id,
      detail,
      "See to the resolver: dns.servers, /etc/resolv.conf",
    );
  }
  const remedy = record.value === ""
    ? "Set server.public_ip, then postern dns records"
    : `Publish: ${zoneLine(record)}`;
  const isFatal = NEEDED.includes(id) && record.need === "required";
  return isFatal ? fail(id, detail, remedy) : warn(id, detail, remedy);
}

function hostFindings(hosts: readonly HostCheck[]): readonly Finding[] {
  const id = "mxdeliv-public";
  if (hosts.length === 0) return [skip(id, "The DNS names no host for mail")];
  return hosts.map(({ host, problem }) =>
    problem === undefined
      ? pass(id, `https://${host}/mxdeliv answers as a relay`)
      : fail(
        id,
        `https://${host}/mxdeliv: ${problem}`,
        `Let port 443 of ${host} lead here (postern firewall print), with a certificate that others trust (postern certificate status)`,
      )
  );
}

export const NAME_CHECKS: readonly Check[] = [{
  ids: [...IDS, "mxdeliv-public"] as unknown as Check["ids"],
  look: names,
}];

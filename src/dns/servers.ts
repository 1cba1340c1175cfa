/** Which DNS servers the machine uses (resolv.conf(5)). @module */
import { isIP } from "node:net";

export interface DnsServer {
  readonly address: string;
  readonly port: number;
}

const DNS_PORT = 53; // RFC 1035 §4.2
const MAX_SERVERS = 3; // resolv.conf(5): MAXNS
const MAX_FILE_OCTETS = 65_536;
/** What resolv.conf(5) says an empty file means. */
const FALLBACK: readonly DnsServer[] = [{
  address: "127.0.0.1",
  port: DNS_PORT,
}];

/** The servers that the text of a resolv.conf names, at most three. */
export function parseResolvConf(text: string): readonly DnsServer[] {
  const servers: DnsServer[] = [];
  for (const line of text.slice(0, MAX_FILE_OCTETS).split("\n")) {
    const [word, address = ""] = line.trim().split(/[ \t]+/, 2);
    const plain = address.split("%", 1)[0]!;
    if (word !== "nameserver" || isIP(plain) === 0) continue;
    servers.push({ address: plain, port: DNS_PORT });
    if (servers.length === MAX_SERVERS) break;
  }
  return servers.length > 0 ? servers : FALLBACK;
}

/** The system's servers as its file names them now. */
export async function systemServers(
  path = "/etc/resolv.conf",
): Promise<readonly DnsServer[]> {
  try {
    return parseResolvConf(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return FALLBACK;
    throw error;
  }
}

import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { type Firewall, firewallRules, type OpenPort } from "./firewall.ts";

const PORTS: readonly OpenPort[] = [
  { port: 443, transport: "tcp", purpose: "HTTPS" },
  { port: 49_152, last: 65_535, transport: "udp", purpose: "Calls" },
];

const RULES: Record<Firewall, readonly string[]> = {
  ufw: [
    "ufw allow 443/tcp comment 'HTTPS'",
    "ufw allow 49152:65535/udp comment 'Calls'",
  ],
  nft: [
    "nft add rule inet filter input tcp dport '{ 443 }' accept",
    "nft add rule inet filter input udp dport '{ 49152-65535 }' accept",
  ],
  firewalld: [
    "firewall-cmd --permanent --add-port=443/tcp",
    "firewall-cmd --permanent --add-port=49152-65535/udp",
    "firewall-cmd --reload",
  ],
};

for (const [firewall, rules] of Object.entries(RULES)) {
  test(`ports and ranges in the words of ${firewall}`, () => {
    deepEqual(firewallRules(firewall as Firewall, PORTS), rules);
  });
}

/** Rules that let clients in, in the words of the firewalls there are. @module */
import type { Transport } from "../config/listener_table.ts";

export const FIREWALLS = ["ufw", "nft", "firewalld"] as const;
export type Firewall = (typeof FIREWALLS)[number];

/** One that others have to reach. */
export interface OpenPort {
  readonly port: number;
  readonly transport: Transport;
  /** What listens there, for people. */
  readonly purpose: string;
}

/** Lines to be typed as root. */
const RULES: Record<Firewall, (ports: readonly OpenPort[]) => string[]> = {
  ufw: (ports) =>
    ports.map(({ port, transport, purpose }) =>
      `ufw allow ${port}/${transport} comment '${purpose}'`
    ),
  nft: (ports) => {
    const rules = (["tcp", "udp"] as const).flatMap((transport) => {
      const numbers = ports.filter((one) => one.transport === transport)
        .map(({ port }) => port);
      return numbers.length === 0 ? [] : [
        `nft add rule inet filter input ${transport} dport '{ ${
          numbers.join(", ")
        } }' accept`,
      ];
    });
    return rules;
  },
  firewalld: (ports) => [
    ...ports.map(({ port, transport }) =>
      `firewall-cmd --permanent --add-port=${port}/${transport}`
    ),
    "firewall-cmd --reload",
  ],
};

export function firewallRules(
  firewall: Firewall,
  ports: readonly OpenPort[],
): string[] {
  return ports.length === 0 ? [] : RULES[firewall](ports);
}

/** Rules that let clients in, in the words of the firewalls there are. @module */
import type { Transport } from "../config/listener_table.ts";

export const FIREWALLS = ["ufw", "nft", "firewalld"] as const;
export type Firewall = (typeof FIREWALLS)[number];

/** One that others have to reach. */
export interface OpenPort {
  readonly port: number;
  /** Where all from `port` to this one are meant. */
  readonly last?: number;
  readonly transport: Transport;
  /** What listens there, for people. */
  readonly purpose: string;
}

/** Lines to be typed as root. */
const RULES: Record<Firewall, (ports: readonly OpenPort[]) => string[]> = {
  ufw: (ports) =>
    ports.map(({ transport, purpose, ...ports }) =>
      `ufw allow ${range(ports, ":")}/${transport} comment '${purpose}'`
    ),
  nft: (ports) => {
    const rules = (["tcp", "udp"] as const).flatMap((transport) => {
      const numbers = ports.filter((one) => one.transport === transport)
        .map((one) => range(one, "-"));
      return numbers.length === 0 ? [] : [
        `nft add rule inet filter input ${transport} dport '{ ${
          numbers.join(", ")
        } }' accept`,
      ];
    });
    return rules;
  },
  firewalld: (ports) => [
    ...ports.map(({ transport, ...ports }) =>
      `firewall-cmd --permanent --add-port=${range(ports, "-")}/${transport}`
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

function range(
  { port, last }: Pick<OpenPort, "port" | "last">,
  mark: string,
): string {
  return last === undefined ? `${port}` : `${port}${mark}${last}`;
}

/** `postern firewall print`: what a firewall has to let in. @module */
import { isLoopback } from "../../base/peer_address.ts";
import { fileListeners } from "../../config/listeners.ts";
import {
  LISTENER_NAMES,
  type ListenerName,
  listenerRow,
  type Transport,
  transportsOf,
} from "../../config/listener_table.ts";
import {
  type Firewall,
  firewallRules,
  FIREWALLS,
  type OpenPort,
} from "../../ops/firewall.ts";
import type { Call, Command, CommandResult } from "../command.ts";
import { usage } from "./wishes.ts";

interface Bound {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly transport: Transport;
}

async function print(call: Call): Promise<CommandResult> {
  const named = call.args[0];
  const chosen = FIREWALLS.find((one) => one === named);
  if (named !== undefined && chosen === undefined) {
    throw usage(`name one of ${FIREWALLS.join(", ")} (got "${named}")`);
  }
  const { running, listeners } = await call.access.call("status", {});
  const ports = reachable(
    running ? listeners : fromFile(call),
    running ? (await call.access.call("turn.status", {})).relay_ports : [
      call.access.config.values.turn.relayPortMin,
      call.access.config.values.turn.relayPortMax,
    ],
  );
  const shown = chosen === undefined ? FIREWALLS : [chosen];
  const rules = Object.fromEntries(
    shown.map((firewall) => [firewall, firewallRules(firewall, ports)]),
  );
  return {
    data: { running, ports, rules },
    text: ports.length === 0
      ? "Nothing listens for others: no rule is needed"
      : shown.map((firewall) => section(firewall, rules, running)).join("\n\n"),
  };
}

/** Where it will listen by the file; settings are in force when it runs. */
function fromFile(call: Call): Bound[] {
  const listeners = fileListeners(call.access.config.values);
  return LISTENER_NAMES.flatMap((name) =>
    listeners[name].flatMap(({ host = "::", port }) =>
      transportsOf(name).map((transport) => ({
        name,
        address: host,
        port,
        transport,
      }))
    )
  );
}

/** One for each port that is not of this machine alone, and those of calls. */
function reachable(
  bound: readonly Bound[],
  [port, last]: readonly [number, number],
): OpenPort[] {
  const ports = new Map<string, OpenPort>();
  for (const { name, address, port, transport } of bound) {
    if (isLoopback(address)) continue;
    const { summary } = listenerRow(name as ListenerName);
    ports.set(`${port}/${transport}`, { port, transport, purpose: summary });
  }
  const sorted = [...ports.values()]
    .sort((one, other) => one.port - other.port);
  const hasCalls = bound.some(({ name, address }) =>
    listenerRow(name as ListenerName).protocol === "turn" &&
    !isLoopback(address)
  );
  if (!hasCalls) return sorted;
  const purpose = "Relayed addresses of calls";
  return [...sorted, { port, last, transport: "udp", purpose }];
}

const TITLES: Readonly<Record<Firewall, string>> = {
  ufw: "# ufw (Debian, Ubuntu)",
  nft: "# nftables, for a table inet filter with a chain input",
  firewalld: "# firewalld (Fedora)",
};

function section(
  firewall: Firewall,
  rules: Readonly<Record<string, readonly string[]>>,
  running: boolean,
): string {
  return [
    TITLES[firewall],
    ...running ? [] : ["# by the configuration file: the server does not run"],
    ...rules[firewall] ?? [],
  ].join("\n");
}

export const FIREWALL_COMMANDS: readonly Command[] = [{
  usage: "firewall print [kind]",
  summary:
    "Print the rules for ufw, nft or firewalld, or for all three: of the ports that are really open",
  isDefault: true,
  run: print,
}];

/** Calls: the TURN server. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { roundedSize } from "../../../base/sizes.ts";
import {
  type Call,
  type Command,
  type CommandResult,
  flagOption,
} from "../../command.ts";
import { EXIT } from "../../exit_codes.ts";
import { withObstacles } from "../../warned.ts";
import { counted, facts, moment, table, yesNo } from "../../text.ts";
import { servedOrStored, type StoredSwitch } from "./stored_switch.ts";

type Status = AdminOutput<"turn.status">;

const ENABLED: StoredSwitch = {
  setting: "turn_enabled",
  label: "enabled",
  data: (value) => ({ enabled: value === "true", running: false, listen: [] }),
};

async function status(call: Call): Promise<CommandResult> {
  return await servedOrStored(
    call,
    async () => shown(await call.access.call("turn.status", {})),
    ENABLED,
  );
}

async function enable(call: Call): Promise<CommandResult> {
  return await servedOrStored(
    call,
    async () => {
      const now = await call.access.call("turn.enable", {});
      return withObstacles(shown(now), now);
    },
    ENABLED,
    "true",
  );
}

async function disable(call: Call): Promise<CommandResult> {
  return await servedOrStored(
    call,
    async () => shown(await call.access.call("turn.disable", {})),
    ENABLED,
    "false",
  );
}

function shown(data: Status): CommandResult {
  const { relay_addresses, relay_ports: [first, last] } = data;
  const text = facts([
    ["enabled", yesNo(data.enabled)],
    ["listens", data.listen.join(", ") || "nowhere"],
    ["clients are told", data.server ?? "nothing"],
    [
      "relayed addresses",
      relay_addresses.length === 0
        ? "none"
        : `${relay_addresses.join(", ")}, ports ${first} to ${last}`,
    ],
    ["allocations", `${data.allocations} now, ${data.allocated} so far`],
    [
      "relayed",
      `${counted(data.packets, "packet", "packets")}, ${
        roundedSize(data.bytes)
      }`,
    ],
    ["dropped", counted(data.dropped, "packet", "packets")],
  ]);
  const named = {
    ...data,
    // as scripts for other relays read them
    relay_ip: relay_addresses[0] ?? null,
    range: `${first}-${last}`,
  };
  return { data: named, text };
}

async function test(call: Call): Promise<CommandResult> {
  const data = await call.access.call("turn.test", {
    relay: flagOption(call, "relay"),
  });
  const rows = data.steps.map(({ name, ok, detail }) => [
    name,
    ok ? "ok" : "failed",
    detail,
  ]);
  return {
    data,
    text: table(["step", "result", ""], rows),
    exit: data.ok ? EXIT.ok : EXIT.failed,
  };
}

async function credentials(call: Call): Promise<CommandResult> {
  const found = await call.access.call("turn.credentials", {});
  const { urls, username, password, expires_at } = found;
  if (call.options["ice"] === true) {
    // the member of RTCConfiguration that a browser takes
    const data = { iceServers: [{ urls, username, credential: password }] };
    return { data, text: JSON.stringify(data, undefined, 2) };
  }
  const text = facts([
    ["urls", urls.join(", ")],
    ["user name", username],
    ["password", password],
    ["until", moment(expires_at)],
  ]);
  return { data: found, text };
}

export const TURN_COMMANDS: readonly Command[] = [
  {
    usage: "turn status",
    summary: "Where the server for calls is found, and what it relays",
    isDefault: true,
    run: status,
  },
  {
    usage: "turn test",
    summary:
      "Use it as two clients in a call would; exit 1 if anything does not work",
    options: [{
      flags: "--relay",
      summary:
        "come in by the address that clients are told, not by this machine's own",
    }],
    run: test,
  },
  {
    usage: "turn credentials",
    summary: "Print credentials, as clients get them",
    options: [{
      flags: "--ice",
      summary: "as the configuration that a browser takes",
    }],
    run: credentials,
  },
  { usage: "turn enable", summary: "Relay calls", run: enable },
  {
    usage: "turn disable",
    summary: "Relay no calls: clients then use servers of others",
    run: disable,
  },
];

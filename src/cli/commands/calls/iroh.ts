/** Real-time channels: the iroh relay. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { formatSize } from "../../../base/sizes.ts";
import type { Call, Command, CommandResult } from "../../command.ts";
import { counted, facts, yesNo } from "../../text.ts";

type Status = AdminOutput<"iroh.status">;

async function status(call: Call): Promise<CommandResult> {
  return shown(await call.access.call("iroh.status", {}));
}

async function enable(call: Call): Promise<CommandResult> {
  return shown(await call.access.call("iroh.enable", {}));
}

async function disable(call: Call): Promise<CommandResult> {
  return shown(await call.access.call("iroh.disable", {}));
}

function shown(data: Status): CommandResult {
  const { nobody, full } = data.dropped;
  const text = facts([
    ["enabled", yesNo(data.enabled)],
    ["listens", data.listen.join(", ") || "nowhere"],
    ["clients are told", data.relay_url ?? "nothing"],
    ["clients", `${data.clients} now, ${data.refused} were too many`],
    ["passed on", counted(data.forwarded, "datagram", "datagrams")],
    ["dropped", `${nobody} for nobody, ${full} for who took less`],
    [
      "traffic",
      `${formatSize(data.bytes_in)} in, ${formatSize(data.bytes_out)} out`,
    ],
  ]);
  return { data, text };
}

export const IROH_COMMANDS: readonly Command[] = [
  {
    usage: "iroh status",
    summary: "Where real-time channels of apps pass, and how much",
    isDefault: true,
    run: status,
  },
  { usage: "iroh enable", summary: "Pass on real-time channels", run: enable },
  {
    usage: "iroh install",
    summary: "The same: there is nothing to install",
    run: enable,
  },
  {
    usage: "iroh disable",
    summary: "Pass on none: clients then use relays of others",
    run: disable,
  },
];

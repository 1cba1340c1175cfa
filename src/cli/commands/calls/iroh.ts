/** Real-time channels: the iroh relay. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { roundedSize } from "../../../base/sizes.ts";
import type { Call, Command, CommandResult } from "../../command.ts";
import { withObstacles } from "../../warned.ts";
import { counted, facts, yesNo } from "../../text.ts";
import { servedOrStored, type StoredSwitch } from "./stored_switch.ts";

type Status = AdminOutput<"iroh.status">;

const ENABLED: StoredSwitch = {
  setting: "iroh_enabled",
  label: "enabled",
  data: (value) => ({
    configured: true,
    enabled: value === "true",
    admin_enabled: value === "true",
    runtime_enabled: false,
    listening: false,
    listen: [],
    reload_required: false,
  }),
};

async function status(call: Call): Promise<CommandResult> {
  return await servedOrStored(
    call,
    async () => shown(await call.access.call("iroh.status", {})),
    ENABLED,
  );
}

async function enable(call: Call): Promise<CommandResult> {
  return await servedOrStored(
    call,
    async () => {
      const now = await call.access.call("iroh.enable", {});
      return withObstacles(shown(now), now);
    },
    ENABLED,
    "true",
  );
}

async function disable(call: Call): Promise<CommandResult> {
  return await servedOrStored(
    call,
    async () => shown(await call.access.call("iroh.disable", {})),
    ENABLED,
    "false",
  );
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
      `${roundedSize(data.bytes_in)} in, ${roundedSize(data.bytes_out)} out`,
    ],
  ]);
  return { data: { ...withPeersNames(data), ...data }, text };
}

/** As scripts for other relays read it. */
function withPeersNames({ enabled, listen, bytes_in, bytes_out }: Status) {
  const first = listen[0] ?? "";
  return {
    configured: true, // there is nothing to install
    admin_enabled: enabled,
    runtime_enabled: enabled && listen.length > 0,
    port: first === "" ? null : Number(first.slice(first.lastIndexOf(":") + 1)),
    local_only: listen.length > 0 &&
      listen.every((at) => /^(?:127\.|\[::1\])/.test(at)),
    listening: listen.length > 0,
    bytes: bytes_in + bytes_out,
    reload_required: false,
  };
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

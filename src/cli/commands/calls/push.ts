/** Waking phones when mail has come. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import type { Call, Command, CommandResult } from "../../command.ts";
import { EXIT } from "../../exit_codes.ts";
import { facts, moment, yesNo } from "../../text.ts";
import { servedOrStored, type StoredSwitch } from "./stored_switch.ts";

type Status = AdminOutput<"push.status">;

const MODE: StoredSwitch = {
  setting: "push_mode",
  label: "mode",
  data: (mode) => ({ mode, runtime_enabled: false, failures: 0 }),
};

async function status(call: Call): Promise<CommandResult> {
  return await servedOrStored(
    call,
    async () => shown(await call.access.call("push.status", {})),
    MODE,
  );
}

function setMode(mode: Status["mode"]) {
  return (call: Call): Promise<CommandResult> =>
    servedOrStored(
      call,
      async () => shown(await call.access.call("push.set_mode", { mode })),
      MODE,
      mode,
    );
}

function shown(data: Status): CommandResult {
  const named = {
    ...data,
    // as scripts for other relays read them
    runtime_enabled: data.status === "enabled",
    failures: data.consecutive_failures,
    auto_disable_threshold: data.auto_disable_after,
  };
  const text = facts([
    ["mode", data.mode],
    ["status", data.status],
    ["clients are told", yesNo(data.advertised)],
    ["service", data.url],
    ["waiting", String(data.queue_length)],
    [
      "notifications",
      `${data.successful_notifications} sent, ${data.failed_notifications} attempts failed`,
    ],
    [
      "failures in a row",
      `${data.consecutive_failures}, at ${data.auto_disable_after} it pauses`,
    ],
    [
      "last sent",
      data.last_success_at === null
        ? "not since the start"
        : moment(data.last_success_at),
    ],
    ["last error", data.last_error ?? "none"],
  ]);
  return { data: named, text };
}

async function test(call: Call): Promise<CommandResult> {
  const data = await call.access.call("push.test", {});
  return { data, text: data.detail, exit: data.ok ? EXIT.ok : EXIT.network };
}

export const PUSH_COMMANDS: readonly Command[] = [
  {
    usage: "push status",
    summary: "Whether phones are woken when mail comes, and how that goes",
    isDefault: true,
    run: status,
  },
  {
    usage: "push auto",
    summary: "Wake phones, and pause while the service that does it fails",
    run: setMode("auto"),
  },
  {
    usage: "push on",
    summary: "Wake phones, however the service that does it behaves",
    run: setMode("on"),
  },
  {
    usage: "push off",
    summary: "Wake no phones; their tokens are kept",
    run: setMode("off"),
  },
  {
    usage: "push test",
    summary:
      "See whether the service that wakes phones can be reached; exit 9 if not",
    run: test,
  },
];

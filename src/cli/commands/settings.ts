/** Runtime settings, by name; and the largest message, which has a command of its own. @module */
import { formatSize } from "../../base/sizes.ts";
import { parseSize } from "../../base/sizes.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  withApplied,
} from "../command.ts";
import { appliedNote, facts, table } from "../text.ts";

const SIZE = "max_message_size";

interface Shown {
  readonly key: string;
  readonly value: string;
  readonly source: string;
  readonly default: string;
  readonly kind: string;
  readonly effect: string;
  readonly summary: string;
}

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("settings.list", {});
  const rows = data.settings.map(({ key, value, source }) => [
    key,
    value,
    source,
  ]);
  return { data, text: table(["setting", "value", "source"], rows) };
}

async function get(call: Call): Promise<CommandResult> {
  const data = await call.access.call("settings.get", {
    name: argument(call, 0),
  });
  return { data, text: settingText(data) };
}

async function set(call: Call): Promise<CommandResult> {
  const [name, value] = [argument(call, 0), argument(call, 1)];
  const changed = await call.access.call("settings.set", { name, value });
  const data = await withApplied(call, changed);
  const text = `${data.key} = ${data.value}${appliedNote(data.applied)}`;
  return { data, text };
}

async function reset(call: Call): Promise<CommandResult> {
  const changed = await call.access.call("settings.reset", {
    name: argument(call, 0),
  });
  const data = await withApplied(call, changed);
  const text = `${data.key} = ${data.value} (${data.source})${
    appliedNote(data.applied)
  }`;
  return { data, text };
}

function settingText(setting: Shown): string {
  return facts([
    ["setting", setting.key],
    ["meaning", setting.summary],
    ["value", setting.value],
    ["source", setting.source],
    ["default", setting.default],
    ["kind", setting.kind],
  ]);
}

async function sizeStatus(call: Call): Promise<CommandResult> {
  return sizeResult(await call.access.call("settings.get", { name: SIZE }));
}

async function setSize(call: Call): Promise<CommandResult> {
  const value = argument(call, 0);
  return await sizeChange(
    call,
    await call.access.call("settings.set", { name: SIZE, value }),
  );
}

async function resetSize(call: Call): Promise<CommandResult> {
  return await sizeChange(
    call,
    await call.access.call("settings.reset", { name: SIZE }),
  );
}

async function sizeChange(call: Call, shown: Shown): Promise<CommandResult> {
  const { data, text } = sizeResult(shown);
  const applied = await withApplied(call, data as object);
  return { data: applied, text: text + appliedNote(applied.applied) };
}

function sizeResult(shown: Shown): CommandResult {
  const octets = parseSize(shown.value);
  const data = {
    appendlimit: octets,
    max_message_size: octets,
    effective_bytes: octets,
    source: shown.source,
  };
  return { data, text: `${formatSize(octets)} (${shown.source})` };
}

export const SETTINGS_COMMANDS: readonly Command[] = [
  {
    usage: "settings list",
    summary: "All settings with their values",
    isDefault: true,
    run: list,
  },
  { usage: "settings get <name>", summary: "One setting", run: get },
  {
    usage: "settings set <name> <value>",
    summary: "Change a setting; in force at once",
    run: set,
  },
  {
    usage: "settings reset <name>",
    summary: "Back to the value of the file, or the built-in one",
    run: reset,
  },
  {
    usage: "message-size status",
    summary: "The largest message",
    isDefault: true,
    run: sizeStatus,
  },
  {
    usage: "message-size set <size>",
    summary: "Change it; in force at once",
    run: setSize,
  },
  {
    usage: "message-size reset",
    summary: "Back to the value of the file, or the built-in one",
    run: resetSize,
  },
];

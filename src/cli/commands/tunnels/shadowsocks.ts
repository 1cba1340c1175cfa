/** Shadowsocks: on or off, cipher and password, and the link for clients. @module */
import type { AdminOutput } from "../../../admin/operation_table.ts";
import { type Call, type Command, type CommandResult } from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { facts } from "../../text.ts";
import { trafficFacts } from "./traffic.ts";
import { changedTo, linkNote, QR_OPTION, showLink } from "./ways_in.ts";

type Status = AdminOutput<"shadowsocks.status">;
type SettingName = "shadowsocks_cipher" | "shadowsocks_password";

async function status(call: Call): Promise<CommandResult> {
  const data = await call.access.call("shadowsocks.status", {});
  return {
    data: { ...await peersNames(call, data), ...data },
    text: statusText(data),
  };
}

/** As scripts for other relays read it; the link has the password, as there. */
async function peersNames(call: Call, { enabled, port }: Status) {
  const cipher = await call.access.call("settings.get", {
    name: "shadowsocks_cipher",
  });
  const password = await call.access.call("settings.get", {
    name: "shadowsocks_password",
  });
  const link = enabled && port !== null
    ? await call.access.call("shadowsocks.url", {})
    : undefined;
  return {
    configured: password.value !== "",
    cipher_source: cipher.source,
    password_db_override: password.source === "db",
    shadowsocks_url: link?.url ?? null,
    ws_enabled: false,
    grpc_enabled: false,
  };
}

async function change(
  call: Call,
  operation:
    | "shadowsocks.enable"
    | "shadowsocks.disable"
    | "shadowsocks.rotate",
): Promise<CommandResult> {
  return await changedTo(
    call,
    await call.access.call(operation, {}),
    changedText,
  );
}

function changedText(now: Status): string {
  const isOn = now.enabled && now.port !== null;
  return statusText(now) + linkNote(isOn, "proxy url --qr");
}

function statusText({ traffic, ...status }: Status): string {
  const { enabled, cipher, password_set, host, port } = status;
  return facts([
    ["shadowsocks", enabled ? "on" : "off"],
    ["cipher", cipher],
    ["password", password_set ? "set" : "not made yet"],
    ["reached at", port === null ? "nowhere" : `${host}, port ${port}`],
    ...(traffic ? trafficFacts(traffic) : []),
  ]);
}

/** What can be done with a setting, by the word behind its name. */
const ACTIONS: Readonly<
  Record<string, (call: Call, name: SettingName) => Promise<CommandResult>>
> = {
  status: show,
  async set(call, name) {
    const value = call.args[1];
    if (value === undefined) {
      throw new CliError("usage", "Write a value behind set", EXIT.usage);
    }
    await call.access.call("settings.set", { name, value });
    return await changed(call);
  },
  async reset(call, name) {
    await call.access.call("settings.reset", { name });
    return await changed(call);
  },
};

const PASSWORD_ACTIONS: typeof ACTIONS = {
  ...ACTIONS,
  rotate: (call) => change(call, "shadowsocks.rotate"),
  /** Without one in the file another is made at once: clients are there to be told. */
  async reset(call, name) {
    await call.access.call("settings.reset", { name });
    const now = await call.access.call("shadowsocks.status", {});
    return now.enabled && !now.password_set
      ? await change(call, "shadowsocks.rotate")
      : await changed(call);
  },
};

async function act(
  call: Call,
  actions: typeof ACTIONS,
  name: SettingName,
): Promise<CommandResult> {
  const [word = "status"] = call.args;
  const action = Object.hasOwn(actions, word) ? actions[word] : undefined;
  if (action) return await action(call, name);
  const words = Object.keys(actions).join(", ");
  throw new CliError("usage", `Write one of ${words}`, EXIT.usage);
}

/** Of a secret, only whether there is one. */
async function show(call: Call, name: SettingName): Promise<CommandResult> {
  const { value, source } = await call.access.call("settings.get", { name });
  const data = name === "shadowsocks_cipher"
    ? { cipher: value, source }
    : { password_set: value !== "", source };
  const shown = name === "shadowsocks_cipher"
    ? value
    : (value === "" ? "not made yet" : "set");
  return { data, text: `${shown} (${source})` };
}

async function changed(call: Call): Promise<CommandResult> {
  const now = await call.access.call("shadowsocks.status", {});
  return await changedTo(call, now, changedText);
}

export const SHADOWSOCKS_COMMANDS: readonly Command[] = [
  {
    usage: "proxy status",
    summary: "Whether clients may come through Shadowsocks, and how many do",
    isDefault: true,
    run: status,
  },
  {
    usage: "proxy enable",
    aliases: ["on"],
    summary: "Let clients come through Shadowsocks",
    run: (call) => change(call, "shadowsocks.enable"),
  },
  {
    usage: "proxy disable",
    aliases: ["off"],
    summary: "Let nobody come through Shadowsocks, and end those who have",
    run: (call) => change(call, "shadowsocks.disable"),
  },
  {
    usage: "proxy url",
    summary: "The link that brings a client everything it needs",
    options: [QR_OPTION],
    run: (call) => showLink(call, "shadowsocks.url"),
  },
  {
    usage: "proxy cipher [action] [cipher]",
    summary: "What clients have to use: status, set, reset",
    run: (call) => act(call, ACTIONS, "shadowsocks_cipher"),
  },
  {
    usage: "proxy password [action] [password]",
    summary: "What clients have to know: status, set, reset, rotate",
    run: (call) => act(call, PASSWORD_ACTIONS, "shadowsocks_password"),
  },
];

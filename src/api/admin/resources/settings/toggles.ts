/** What is switched on and off: registration and services. @module */
import * as v from "valibot";
import { Refusal } from "../../../../base/refusal.ts";
import type { AdminContext } from "../../../../admin/context.ts";
import {
  isSettingName,
  type SettingName,
} from "../../../../settings/registry.ts";
import type { Resource } from "../../resource.ts";
import { action, perform, shows, unknownAction } from "../action.ts";
import { PEER_TOGGLES } from "./peer_settings.ts";

export type StateWord = "enabled" | "disabled";

export function stateWord(isOn: boolean): StateWord {
  return isOn ? "enabled" : "disabled";
}

const ACTION = {
  action: v.string("must be a text"),
  /** Of older panels: what `set` means. */
  value: v.optional(
    v.union([v.string(), v.boolean()], "must be true or false"),
  ),
};

interface Toggle {
  isOn(context: AdminContext): boolean;
  turn(context: AdminContext, on: boolean): Promise<unknown>;
}

interface Words {
  readonly on: string;
  readonly off: string;
  readonly turnOn: string;
  readonly turnOff: string;
}

const SWITCH: Words = {
  on: "enabled",
  off: "disabled",
  turnOn: "enable",
  turnOff: "disable",
};

function toggle(
  path: string,
  { isOn, turn }: Toggle,
  words = SWITCH,
): Resource {
  const status = (context: AdminContext) => ({
    status: isOn(context) ? words.on : words.off,
  });
  return {
    path: `/admin/${path}`,
    methods: {
      GET: shows(({ context }) => status(context)),
      POST: action({
        scope: "full",
        changes: true,
        body: ACTION,
        async run({ context, body }) {
          await turn(context, wanted(body, words));
          return { ...status(context), restart_required: false };
        },
      }),
    },
  };
}

/** @throws {Refusal} `invalid_value` */
function wanted(
  body: {
    readonly action: string;
    readonly value?: string | boolean | undefined;
  },
  words: Words,
): boolean {
  const word = body.action.toLowerCase();
  if (word === words.turnOn) return true;
  if (word === words.turnOff) return false;
  const value = String(body.value ?? "");
  if (word === "set" && (value === "true" || value === "false")) {
    return value === "true";
  }
  return unknownAction([words.turnOn, words.turnOff]);
}

function settingToggle(name: SettingName): Toggle {
  return {
    isOn: ({ settings }) => settings.get(name) === true,
    turn: (context, on) =>
      perform(context, "settings.set", { name, value: String(on) }),
  };
}

/** What there is not, and why not. */
function never(why: string): Toggle {
  return {
    isOn: () => false,
    turn(_, on) {
      if (!on) return Promise.resolve();
      throw new Refusal("invalid_value", {
        field: "action",
        explanation: why,
      });
    },
  };
}

/** The level of before is that of the file; a file that has none begins at `info`. */
const log: Toggle = {
  isOn: ({ settings }) => settings.get("log_level") !== "off",
  async turn(context, on) {
    const { settings } = context;
    if (on === log.isOn(context)) return;
    const name = "log_level";
    if (!on) await perform(context, "settings.set", { name, value: "off" });
    else if (settings.view(name).default === "off") {
      await perform(context, "settings.set", { name, value: "info" });
    } else await perform(context, "settings.reset", { name });
  },
};

const shadowsocks: Toggle = {
  isOn: ({ settings }) => settings.get("shadowsocks_enabled"),
  turn: (context, on) =>
    perform(context, on ? "shadowsocks.enable" : "shadowsocks.disable", {}),
};

const httpProxy: Toggle = {
  isOn: ({ settings }) => settings.get("http_proxy_enabled"),
  turn: (context, on) =>
    perform(context, on ? "http_proxy.enable" : "http_proxy.disable", {}),
};

export interface PushShape {
  readonly status: StateWord;
  readonly mode: string;
  readonly successful_notifications: number;
  readonly consecutive_failures: number;
  readonly auto_disable_after: number;
}

const FAILURES_UNTIL_REST = 5;

export function pushStatus({ settings, live }: AdminContext): PushShape {
  const mode = settings.get("push_mode");
  const now = live?.push.status();
  return {
    status: stateWord(now ? now.status === "enabled" : mode !== "off"),
    mode,
    successful_notifications: now?.successful_notifications ?? 0,
    consecutive_failures: now?.consecutive_failures ?? 0,
    auto_disable_after: now?.auto_disable_after ?? FAILURES_UNTIL_REST,
  };
}

const PUSH_MODES: Readonly<Record<string, string>> = {
  enable: "on",
  on: "on",
  disable: "off",
  off: "off",
  auto: "auto",
};

const push: Resource = {
  path: "/admin/services/push",
  methods: {
    GET: shows(({ context }) => pushStatus(context)),
    POST: action({
      scope: "full",
      changes: true,
      body: ACTION,
      async run({ context, body }) {
        const word = body.action.toLowerCase();
        if (!Object.hasOwn(PUSH_MODES, word)) {
          return unknownAction(Object.keys(PUSH_MODES));
        }
        await perform(context, "settings.set", {
          name: "push_mode",
          value: PUSH_MODES[word]!,
        });
        return { ...pushStatus(context), restart_required: false };
      },
    }),
  },
};

const NO_TRANSPORT = "Shadowsocks comes over TCP and UDP alone here";
const NO_OPEN_RELAY =
  "Mail of strangers for other servers is never passed on: that cannot be switched on";

export const TOGGLE_RESOURCES: readonly Resource[] = [
  toggle("registration", {
    isOn: ({ settings }) => settings.get("registration_open"),
    turn: (context, on) =>
      perform(context, on ? "registration.open" : "registration.close", {}),
  }, { on: "open", off: "closed", turnOn: "open", turnOff: "close" }),
  ...PEER_TOGGLES.flatMap(({ resource, setting }) =>
    isSettingName(setting) ? [toggle(resource, settingToggle(setting))] : []
  ),
  push,
  toggle("services/shadowsocks", shadowsocks),
  toggle("services/http_proxy", httpProxy),
  toggle("services/ss_ws", never(NO_TRANSPORT)),
  toggle("services/ss_grpc", never(NO_TRANSPORT)),
  toggle("services/log", log),
  toggle("settings/allow_inbound_remote_rcpt", never(NO_OPEN_RELAY)),
];

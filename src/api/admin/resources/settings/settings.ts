/** `/admin/settings` and each setting below it. @module */
import * as v from "valibot";
import { formatSize } from "../../../../base/sizes.ts";
import { Refusal } from "../../../../base/refusal.ts";
import type { AdminContext } from "../../../../admin/context.ts";
import { flag } from "../../../../admin/fields.ts";
import { invalidField, type Scope } from "../../../../admin/operation.ts";
import { federationSwitch } from "../../../../admin/operations/federation.ts";
import { withUnit } from "../../../../admin/operations/forms/typed_values.ts";
import { isSettingName, settingNamed } from "../../../../settings/registry.ts";
import type { Resource, ResourceAction } from "../../resource.ts";
import { action, demand, perform, shows, unknownAction } from "../action.ts";
import {
  ACCESS_SERVICES,
  PEER_SETTINGS,
  PEER_TOGGLES,
  type PeerSetting,
} from "./peer_settings.ts";
import {
  ownText,
  resetValue,
  settingOf,
  setValue,
  valueShape,
} from "./setting_values.ts";
import { pushStatus, stateWord } from "./toggles.ts";

/** All at once, as panels of other relays read it. */
export async function allSettings(
  context: AdminContext,
  scope: Scope,
): Promise<Record<string, unknown>> {
  const { settings } = context;
  const { policy, enabled, max_federation_size } = federationSwitch(context);
  const messageSize = settings.get("max_message_size");
  const push = pushStatus(context);
  return {
    registration: settings.get("registration_open") ? "open" : "closed",
    ...toggleWords(context),
    push_enabled: push.status,
    push_mode: push.mode,
    ss_enabled: stateWord(settings.get("shadowsocks_enabled")),
    ss_ws_enabled: "disabled",
    ss_grpc_enabled: "disabled",
    http_proxy_enabled: stateWord(settings.get("http_proxy_enabled")),
    log_enabled: stateWord(settings.get("log_level") !== "off"),
    log_disabled: stateWord(settings.get("log_level") === "off"),
    allow_inbound_remote_rcpt: "disabled",
    federation_enabled: enabled,
    federation_policy: policy,
    ...Object.fromEntries(
      PEER_SETTINGS.filter(({ name }) => !name.endsWith("_local_only"))
        .map((peer) => [peer.name, valueShape(context, peer)]),
    ),
    ...accessWords(context),
    shadowsocks_url: await shadowsocksUrl(context, scope),
    message_size_effective: formatSize(messageSize),
    message_size_effective_bytes: messageSize,
    federation_size_effective: formatSize(max_federation_size),
    federation_size_effective_bytes: max_federation_size,
  };
}

function toggleWords({ settings }: AdminContext): Record<string, string> {
  return Object.fromEntries(
    PEER_TOGGLES.flatMap(({ name, setting }) =>
      isSettingName(setting)
        ? [[name, stateWord(settings.get(setting) === true)]]
        : []
    ),
  );
}

function accessWords({ settings }: AdminContext): Record<string, string> {
  return Object.fromEntries(ACCESS_SERVICES.map((service) => {
    const name = `${service}_local_only`;
    const isLocal = isSettingName(name) && settings.get(name) === true;
    return [`${service}_access`, isLocal ? "local" : "public"];
  }));
}

/** Whoever has it comes through: it is for those who may do everything. */
async function shadowsocksUrl(
  context: AdminContext,
  scope: Scope,
): Promise<string> {
  if (scope !== "full" || !context.settings.get("shadowsocks_enabled")) {
    return "";
  }
  try {
    return (await perform(context, "shadowsocks.url", {})).url;
  } catch (error) {
    if (error instanceof Refusal) return "";
    throw error;
  }
}

const VALUE = v.optional(
  v.union(
    [v.string(), v.number(), v.boolean()],
    "must be a text, a number, true or false",
  ),
);
const ACTIONS = ["set", "reset"] as const;

function namedSetting(peer: PeerSetting): Resource {
  const name = settingOf(peer);
  const isSecret = name !== undefined && settingNamed(name).kind.secret;
  return {
    path: `/admin/settings/${peer.name}`,
    methods: {
      GET: isSecret
        ? secretGet(peer)
        : shows(({ context }) => valueShape(context, peer)),
      POST: action({
        scope: "full",
        changes: true,
        body: { action: v.string("must be a text"), value: VALUE },
        run({ context, body }) {
          if (body.action === "reset") return resetValue(context, peer);
          if (body.action !== "set") return unknownAction(ACTIONS);
          if (body.value === undefined) {
            throw invalidField("value", "it is missing");
          }
          return setValue(context, peer, String(body.value));
        },
      }),
    },
  };
}

/** Noted wherever changes are: somebody may have read a secret. */
function secretGet(peer: PeerSetting) {
  return action({
    scope: "read",
    changes: true,
    body: { reveal: v.optional(flag("the secret itself"), false) },
    run({ context, body, scope }) {
      if (!body.reveal) return valueShape(context, peer);
      demand(scope, "full");
      return reveal(context, peer);
    },
  });
}

/** Names of ours and of other relays, all of them or none; null takes back. */
const changes: ResourceAction = {
  scope: "full",
  changes: true,
  async run({ context, body }) {
    const values = Object.fromEntries(
      Object.entries(body).map(([name, value]) => change(name, value)),
    );
    if (Object.keys(values).length === 0) {
      throw invalidField("values", "say what is to be changed");
    }
    return await perform(context, "settings.change", { values });
  },
};

/** @throws {Refusal} `invalid_value` */
function change(name: string, value: unknown): [string, string | null] {
  const peer = PEER_SETTINGS.find((one) => one.name === name);
  const setting = isSettingName(name) ? name : peer && settingOf(peer);
  if (setting === undefined) {
    throw invalidField(
      name.slice(0, MAX_SHOWN),
      peer?.absence ?? "there is no such setting",
    );
  }
  if (value === null) return [setting, null];
  if (!["string", "number", "boolean"].includes(typeof value)) {
    throw invalidField(name, "must be a text, a number, true, false or null");
  }
  const text = typeof value === "number"
    ? withUnit(settingNamed(setting).kind.name, value)
    : String(value);
  return [setting, peer ? ownText(peer, text) : text];
}

const MAX_SHOWN = 60;

async function reveal(context: AdminContext, peer: PeerSetting) {
  const { value } = await perform(context, "settings.reveal", {
    name: settingOf(peer)!,
  });
  return { ...valueShape(context, peer), value };
}

export const SETTINGS_RESOURCES: readonly Resource[] = [
  {
    path: "/admin/settings",
    methods: {
      GET: shows(({ context, scope }) => allSettings(context, scope)),
      PATCH: changes,
    },
  },
  {
    path: "/admin/settings/schema",
    methods: {
      GET: shows(({ context }) => perform(context, "settings.schema", {})),
    },
  },
  ...PEER_SETTINGS.map(namedSetting),
];

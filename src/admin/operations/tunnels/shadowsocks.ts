/** The tunnel for clients whose network lets them reach nothing else. @module */
import { Refusal } from "../../../base/refusal.ts";
import { shareLink } from "../../../shadowsocks/proto/share_link.ts";
import type { AdminContext } from "../../context.ts";
import type { TunnelShape } from "../../live_server.ts";
import { operation } from "../../operation.ts";
import { ensurePassword, newPassword } from "./access.ts";

export interface ShadowsocksStatus {
  readonly enabled: boolean;
  readonly cipher: string;
  /** Whether there is one; what it is, only the link tells. */
  readonly password_set: boolean;
  readonly host: string;
  readonly port: number | null;
  /** Since the server started; null without one. */
  readonly traffic: TunnelShape | null;
}

function status(context: AdminContext): ShadowsocksStatus {
  const { settings, tunnels, live } = context;
  const { host, port } = tunnels.shadowsocks();
  return {
    enabled: settings.get("shadowsocks_enabled"),
    cipher: settings.get("shadowsocks_cipher"),
    password_set: settings.get("shadowsocks_password") !== "",
    host,
    port: port ?? null,
    traffic: live?.shadowsocks() ?? null,
  };
}

/** @throws {Refusal} */
function url({ settings, tunnels }: AdminContext): string {
  const { host, port, name } = tunnels.shadowsocks();
  const link = port === undefined ? undefined : shareLink({
    method: settings.get("shadowsocks_cipher"),
    password: settings.get("shadowsocks_password"),
    host,
    port,
    name,
  });
  if (link !== undefined) return link;
  throw new Refusal("invalid_value", {
    explanation: "Shadowsocks is switched off",
  });
}

export const SHADOWSOCKS_OPERATIONS = {
  "shadowsocks.status": operation({
    summary: "Whether clients may come through Shadowsocks, and how many do",
    scope: "read",
    changes: false,
    input: {},
    run: status,
  }),
  "shadowsocks.enable": operation({
    summary: "Let clients come through Shadowsocks",
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      await ensurePassword(context.settings, context.random);
      await context.settings.set("shadowsocks_enabled", "true");
      return status(context);
    },
  }),
  "shadowsocks.disable": operation({
    summary: "Let nobody come through Shadowsocks, and end those who have",
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      await context.settings.set("shadowsocks_enabled", "false");
      return status(context);
    },
  }),
  "shadowsocks.rotate": operation({
    summary: "Make a new password; clients need the new link",
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      await newPassword(context.settings, context.random);
      return status(context);
    },
  }),
  "shadowsocks.url": operation({
    summary: "The link that brings a client everything it needs",
    scope: "full",
    changes: false,
    input: {},
    secretOutputs: ["url"],
    run: (context) => ({ url: url(context) }),
  }),
} as const;

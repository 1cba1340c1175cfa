/** The tunnel for clients whose network lets them reach nothing else. @module */
import { shareLink } from "../../../shadowsocks/proto/share_link.ts";
import type { AdminContext } from "../../context.ts";
import type { TunnelShape } from "../../live_server.ts";
import { listenerObstacles } from "../listening/obstacles.ts";
import { ensurePassword, newPassword } from "./access.ts";
import { tunnelOperations } from "./tunnel_operations.ts";

export interface ShadowsocksStatus {
  readonly enabled: boolean;
  /** Why nobody can come although it is switched on. */
  readonly obstacles: readonly string[];
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
  const enabled = settings.get("shadowsocks_enabled");
  return {
    enabled,
    obstacles: enabled ? listenerObstacles(context, ["shadowsocks"]) : [],
    cipher: settings.get("shadowsocks_cipher"),
    password_set: settings.get("shadowsocks_password") !== "",
    host,
    port: port ?? null,
    traffic: live?.shadowsocks() ?? null,
  };
}

function link({ settings, tunnels }: AdminContext): string | undefined {
  const { host, port, name } = tunnels.shadowsocks();
  return port === undefined ? undefined : shareLink({
    method: settings.get("shadowsocks_cipher"),
    password: settings.get("shadowsocks_password"),
    host,
    port,
    name,
  });
}

const operations = tunnelOperations({
  name: "Shadowsocks",
  enabled: "shadowsocks_enabled",
  status,
  prepare: ({ settings, random }) => ensurePassword(settings, random),
  renew: ({ settings, random }) => newPassword(settings, random),
  link,
});

export const SHADOWSOCKS_OPERATIONS = {
  "shadowsocks.status": operations.status,
  "shadowsocks.enable": operations.enable,
  "shadowsocks.disable": operations.disable,
  "shadowsocks.rotate": operations.rotate,
  "shadowsocks.url": operations.url,
} as const;

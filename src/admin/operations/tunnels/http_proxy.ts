/** CONNECT on the ports of HTTP, for clients whose network lets them reach nothing else. @module */
import type { AdminContext } from "../../context.ts";
import type { TunnelShape } from "../../live_server.ts";
import { operation } from "../../operation.ts";
import { siteObstacles } from "../listening/obstacles.ts";
import { ensureCredentials, newCredential } from "./access.ts";
import { noLink, tunnelOperations } from "./tunnel_operations.ts";

export interface HttpProxyStatus {
  readonly enabled: boolean;
  /** Why nobody can come although it is switched on. */
  readonly obstacles: readonly string[];
  /** Whether there are user name and password; what they are, only the link tells. */
  readonly credentials_set: boolean;
  /** Where clients find it, without credentials. */
  readonly address: string | null;
  /** Since the server started; null without one. */
  readonly traffic: TunnelShape | null;
}

function status(context: AdminContext): HttpProxyStatus {
  const { settings, tunnels, live } = context;
  const enabled = settings.get("http_proxy_enabled");
  return {
    enabled,
    obstacles: enabled ? siteObstacles(context) : [],
    credentials_set: settings.get("http_proxy_username") !== "" &&
      settings.get("http_proxy_password") !== "",
    address: tunnels.connectProxy() ?? null,
    traffic: live?.connectProxy() ?? null,
  };
}

function link({ settings, tunnels }: AdminContext): string | undefined {
  const address = tunnels.connectProxy();
  const user = settings.get("http_proxy_username");
  const password = settings.get("http_proxy_password");
  if (
    address === undefined || user === "" || password === "" ||
    !settings.get("http_proxy_enabled")
  ) return undefined;
  const [scheme, at] = address.split("://");
  return `${scheme}://${encodeURIComponent(user)}:${
    encodeURIComponent(password)
  }@${at}`;
}

const operations = tunnelOperations({
  name: "CONNECT",
  enabled: "http_proxy_enabled",
  status,
  prepare: ({ settings, random }) => ensureCredentials(settings, random),
  async renew({ settings, random }) {
    await ensureCredentials(settings, random);
    await newCredential(settings, random, "http_proxy_password");
  },
  link,
});

/** For clients that take no link. @throws {Refusal} while it is off */
function credentials(context: AdminContext) {
  const { settings, tunnels } = context;
  if (link(context) === undefined) {
    throw noLink("CONNECT", settings.get("http_proxy_enabled"));
  }
  return {
    address: tunnels.connectProxy() ?? null,
    username: settings.get("http_proxy_username"),
    password: settings.get("http_proxy_password"),
  };
}

export const HTTP_PROXY_OPERATIONS = {
  "http_proxy.status": operations.status,
  "http_proxy.enable": operations.enable,
  "http_proxy.disable": operations.disable,
  "http_proxy.rotate": operations.rotate,
  "http_proxy.url": operations.url,
  "http_proxy.credentials": operation({
    summary: "Where it is, user name and password, one by one",
    scope: "full",
    changes: false,
    input: {},
    secretOutputs: ["username", "password"],
    run: credentials,
  }),
} as const;

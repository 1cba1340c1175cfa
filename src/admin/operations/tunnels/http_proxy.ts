/** CONNECT on the ports of HTTP, for clients whose network lets them reach nothing else. @module */
import { Refusal } from "../../../base/refusal.ts";
import type { AdminContext } from "../../context.ts";
import type { TunnelShape } from "../../live_server.ts";
import { operation } from "../../operation.ts";

export interface HttpProxyStatus {
  readonly enabled: boolean;
  /** Whether there are user name and password; what they are, only the link tells. */
  readonly credentials_set: boolean;
  /** Where clients find it, without credentials. */
  readonly address: string | null;
  /** Since the server started; null without one. */
  readonly traffic: TunnelShape | null;
}

const USERNAME_OCTETS = 6;
const PASSWORD_OCTETS = 16;

function status({ settings, tunnels, live }: AdminContext): HttpProxyStatus {
  return {
    enabled: settings.get("http_proxy_enabled"),
    credentials_set: settings.get("http_proxy_username") !== "" &&
      settings.get("http_proxy_password") !== "",
    address: tunnels.connectProxy() ?? null,
    traffic: live?.connectProxy() ?? null,
  };
}

async function make(
  { settings, random }: AdminContext,
  name: "http_proxy_username" | "http_proxy_password",
): Promise<void> {
  const octets = random(
    name === "http_proxy_username" ? USERNAME_OCTETS : PASSWORD_OCTETS,
  );
  await settings.set(name, octets.toHex());
}

/** @throws {Refusal} */
function url({ settings, tunnels }: AdminContext): string {
  const address = tunnels.connectProxy();
  const user = settings.get("http_proxy_username");
  const password = settings.get("http_proxy_password");
  if (
    address === undefined || user === "" || password === "" ||
    !settings.get("http_proxy_enabled")
  ) {
    throw new Refusal("invalid_value", {
      explanation: "The HTTP proxy is switched off",
    });
  }
  const [scheme, at] = address.split("://");
  return `${scheme}://${encodeURIComponent(user)}:${
    encodeURIComponent(password)
  }@${at}`;
}

export const HTTP_PROXY_OPERATIONS = {
  "http_proxy.status": operation({
    summary: "Whether clients may come through CONNECT, and how many do",
    scope: "read",
    changes: false,
    input: {},
    run: status,
  }),
  "http_proxy.enable": operation({
    summary: "Let clients come through CONNECT",
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      for (
        const name of ["http_proxy_username", "http_proxy_password"] as const
      ) if (context.settings.get(name) === "") await make(context, name);
      await context.settings.set("http_proxy_enabled", "true");
      return status(context);
    },
  }),
  "http_proxy.disable": operation({
    summary: "Let nobody come through CONNECT, and end those who have",
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      await context.settings.set("http_proxy_enabled", "false");
      return status(context);
    },
  }),
  "http_proxy.rotate": operation({
    summary: "Make a new password; clients need the new link",
    scope: "full",
    changes: true,
    input: {},
    async run(context) {
      await make(context, "http_proxy_password");
      return status(context);
    },
  }),
  "http_proxy.url": operation({
    summary: "The link that brings a client everything it needs",
    scope: "full",
    changes: false,
    input: {},
    secretOutputs: ["url"],
    run: (context) => ({ url: url(context) }),
  }),
} as const;

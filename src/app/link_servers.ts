/** Which hosts and ports a `dclogin:` link names. @module */
import type { LinkFacts, LinkServer } from "../accounts/login_link.ts";
import type { ListenerName } from "../config/listener_table.ts";
import type { Config } from "../config/schema.ts";
import type { SettingReader } from "../settings/listeners.ts";

/** `port` is where a service listens, undefined if it does not. */
export function linkServers(
  host: string,
  settings: SettingReader,
  port: (name: ListenerName) => number | undefined,
): Pick<LinkFacts, "imap" | "smtp"> {
  function server(
    wanted: "ssl" | "starttls" | "default",
    tlsPort: number | undefined,
    plainPort: number | undefined,
  ): LinkServer {
    const wantedPort = wanted === "starttls" ? plainPort : tlsPort;
    if (wantedPort !== undefined) {
      return { host, port: wantedPort, security: wanted };
    }
    return tlsPort === undefined
      ? { host, port: plainPort ?? 0, security: "starttls" }
      : { host, port: tlsPort, security: "ssl" };
  }
  return {
    imap: server(
      settings.get("dclogin_imap_security"),
      port("imap_tls"),
      port("imap"),
    ),
    smtp: server(
      settings.get("dclogin_smtp_security"),
      port("submission_tls"),
      port("submission"),
    ),
  };
}

/** The host that the operator wants named, if there is one. */
export function hostInstead(
  { web: { clientHost } }: Pick<Config, "web">,
  isTrusted: (name: string) => boolean,
): Pick<LinkFacts, "instead"> {
  return clientHost === undefined ? {} : {
    instead: { host: clientHost, publiclyTrusted: isTrusted(clientHost) },
  };
}

/** API and panel where the file wants them: apart from the site. @module */
import { HttpServer } from "../../http/server/server.ts";
import { bindReason } from "../../net/bind_reason.ts";
import { formatAddress } from "../../net/listener.ts";
import { SocketListener } from "../../net/socket_listener.ts";
import { SocketWire } from "../../net/socket_wire.ts";
import type { TlsUpgrade } from "../../net/tls_upgrade.ts";
import { word } from "../../observe/fields.ts";
import type { Assembly } from "../assembly.ts";
import { httpLimits } from "../configured_servers.ts";
import { adminDoor } from "../running/admin_door.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";
import { type OptionalService, ServiceFailure } from "./service.ts";

export function adminListener(assembly: Assembly): OptionalService {
  const { current, log } = assembly;
  const open: SocketListener[] = [];
  let server: HttpServer | undefined;
  async function stop(): Promise<void> {
    for (const listener of open.splice(0)) await listener.close();
    await server?.stop();
    server?.destroy();
    server = undefined;
  }
  return {
    name: "admin",
    optional: true,
    condition: "admin_listener",
    async start() {
      const { listen } = current.loaded.values.admin;
      if (listen.length === 0) return;
      const http = server = httpServer(assembly);
      for (const { host, port } of listen) {
        try {
          const listener = await SocketListener.open({
            address: { hostname: host ?? "::", port },
            onFault: (error) => log.bug(word("admin"), error),
            onSocket: (socket) =>
              void http.serve(new SocketWire(socket, NO_TLS)),
            allowHalfOpen: true,
          });
          open.push(listener);
          const at = formatAddress(listener.address);
          log.operational({ event: "listening", listener: "admin", at });
        } catch (error) {
          await stop();
          throw new ServiceFailure(bindReason(error, port, "admin.listen"));
        }
      }
    },
    stop,
  };
}

function httpServer({ current, relay, adminApi }: Assembly): HttpServer {
  const config = () => current.loaded.values;
  return new HttpServer({
    handler: adminDoor({ settings: relay.settings, adminApi, config }),
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    limits: () => httpLimits(config()),
    trustedProxies: () => config().http.trustedProxies,
    onMail: (_protocol, connection) => connection.abort(),
    onRefused: () => relay.journal.counters.refused("busy"),
    reportBug: relay.reportBug,
  });
}

const NO_TLS: TlsUpgrade = {
  event: "secure",
  begin() {
    throw new TypeError("It is served in clear");
  },
  check() {},
};

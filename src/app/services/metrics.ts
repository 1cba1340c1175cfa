/** Where a monitoring system asks, and what is looked at for it alone. @module */
import type { Timers } from "../../base/clock.ts";
import { metricsEndpoint } from "../../api/metrics/endpoint.ts";
import { HttpServer } from "../../http/server/server.ts";
import { bindReason } from "../../net/bind_reason.ts";
import { formatAddress } from "../../net/listener.ts";
import { SocketListener } from "../../net/socket_listener.ts";
import { SocketWire } from "../../net/socket_wire.ts";
import type { TlsUpgrade } from "../../net/tls_upgrade.ts";
import { expose, prepareExposition } from "../../observe/metrics/exposition.ts";
import { word } from "../../observe/fields.ts";
import type { Assembly } from "../assembly.ts";
import { maddyFamilies } from "../metrics/maddy_names.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";
import { type OptionalService, ServiceFailure } from "./service.ts";

const LIMITS = {
  total: 16,
  perAddress: 16,
  handshakeMs: 10_000,
  headMs: 10_000,
  idleMs: 120_000,
  bodyStallMs: 10_000,
  sendStallMs: 30_000,
};
const LAG_MS = 250;

export function metricsService(assembly: Assembly): OptionalService {
  const { current, log, relay } = assembly;
  const { metrics } = relay.journal;
  const open: SocketListener[] = [];
  let server: HttpServer | undefined;
  let stopLooking = () => {};
  async function stop(): Promise<void> {
    stopLooking();
    for (const listener of open.splice(0)) await listener.close();
    await server?.stop();
    server?.destroy();
    server = undefined;
  }
  return {
    name: "metrics",
    optional: true,
    condition: "metrics_endpoint",
    async start() {
      const { listen } = current.loaded.values.metrics;
      if (listen.length === 0) return;
      stopLooking = watchLag(
        SYSTEM_TIMERS,
        (seconds) => metrics.observe("event_loop_lag_seconds", seconds),
      );
      await prepareExposition();
      server = httpServer(assembly);
      for (const { host, port } of listen) {
        try {
          open.push(
            await openAt(
              host ?? "::",
              port,
              server,
              (error) => log.bug(word("metrics"), error),
            ),
          );
        } catch (error) {
          await stop();
          throw new ServiceFailure(bindReason(error, port, "metrics.listen"));
        }
      }
      for (const { address } of open) {
        const at = formatAddress(address);
        log.operational({ event: "listening", listener: "metrics", at });
      }
    },
    stop,
  };
}

function httpServer({ current, relay }: Assembly): HttpServer {
  const { metrics } = relay.journal;
  const settings = () => current.loaded.values.metrics;
  return new HttpServer({
    handler: metricsEndpoint({
      token: () => settings().token,
      async expose(format) {
        const families = await metrics.collect();
        const foreign = settings().compatMaddy ? maddyFamilies(families) : [];
        return await expose(families, foreign, format);
      },
    }),
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    limits: () => LIMITS,
    trustedProxies: () => [],
    onMail: (_protocol, connection) => connection.abort(),
    onRefused() {},
    reportBug: relay.reportBug,
  });
}

function openAt(
  hostname: string,
  port: number,
  server: HttpServer,
  onFault: (error: unknown) => void,
): Promise<SocketListener> {
  return SocketListener.open({
    address: { hostname, port },
    onFault,
    onSocket: (socket) => void server.serve(new SocketWire(socket, NO_TLS)),
    allowHalfOpen: true,
  });
}

const NO_TLS: TlsUpgrade = {
  event: "secure",
  begin() {
    throw new TypeError("Metrics are told in clear");
  },
  check() {},
};

/** Tells how late a timer is, again and again. Returns how to stop. */
function watchLag(
  timers: Pick<Timers, "every">,
  tell: (seconds: number) => void,
): () => void {
  let lastMs = SYSTEM_CLOCK.monotonic();
  return timers.every(LAG_MS, () => {
    const nowMs = SYSTEM_CLOCK.monotonic();
    tell(Math.max(0, nowMs - lastMs - LAG_MS) / 1000);
    lastMs = nowMs;
  });
}

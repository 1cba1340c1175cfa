/**
 * The services of a relay in the order of their start; they stop in the reverse
 * one. A new service is an entry here.
 *
 * @module
 */
import type { Degraded } from "../../admin/conditions.ts";
import { rewriteDatabase } from "../../tasks/upkeep.ts";
import type { Assembly } from "../assembly.ts";
import { successionService } from "../succession/last_connections.ts";
import { rehearse } from "../rehearsal/rehearsal.ts";
import { pollersService } from "../exchange/pollers.ts";
import { LiveFeed } from "../running/live_feed.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "../system_time.ts";
import { adminListener } from "./admin_listener.ts";
import { certificateService } from "./certificates.ts";
import { controlService } from "./control.ts";
import type { ListenerGroup } from "./listener_group.ts";
import { metricsService } from "./metrics.ts";
import type { OptionalService, RequiredService, Service } from "./service.ts";
import { statusFiles } from "./status_files.ts";
import { upkeep } from "./upkeep.ts";

export function relayServices(
  assembly: Assembly,
  listeners: readonly ListenerGroup[],
): readonly Service[] {
  return [
    assembly.relay.push, // ends after all that takes mail
    connections(assembly),
    assembly.appVersions,
    assembly.turn, // before clients ask for it
    ...listeners,
    successionService(assembly.succession, assembly.listeners),
    tasks(assembly),
    counting(assembly),
    bandwidth(assembly),
    history(assembly),
    liveFeed(assembly),
    sending(assembly),
    controlService(assembly),
    statusFiles(assembly),
    pollersService(assembly.pollers),
    certificateService(assembly.renewers, assembly.relay.reportBug),
    metricsService(assembly),
    adminListener(assembly),
    ...upkeep(assembly),
    rehearsal(assembly),
    life(assembly),
  ];
}

/** Last to start and first to stop: what systemd hears is of the whole. */
function life({ manager, relay, conditions, current }: Assembly) {
  return manager.watch({
    askWriter: () => relay.store.clock.keep(),
    isWriterBusy: () => relay.tasks.isRunning(rewriteDatabase),
    status: async () =>
      statusLine(
        current.loaded.values.server.domain,
        await conditions.look(),
      ),
    reportBug: relay.reportBug,
  }, SYSTEM_TIMERS);
}

/** How the relay is, in one line. */
export function statusLine(
  domain: string,
  degraded: readonly Degraded[],
): string {
  const codes = degraded.map(({ code }) => code).join(", ");
  return `Serves ${domain}${codes === "" ? "" : `; warnings: ${codes}`}`;
}

/** They come with the first listener, and have an end after the last. */
function connections({ protocols }: Assembly): RequiredService {
  return {
    name: "connections",
    optional: false,
    start() {},
    stop: () => protocols.shutdown(),
  };
}

/** It ends after who sends, so that nothing that was counted is lost. */
function counting({ relay }: Assembly): RequiredService {
  const { statistics } = relay.federation;
  return {
    name: "statistics",
    optional: false,
    start: () => statistics.start(),
    stop: () => statistics.stop(),
  };
}

/** It ends after who moves octets. */
function bandwidth({ relay }: Assembly): RequiredService {
  return {
    name: "bandwidth",
    optional: false,
    start: () => relay.bandwidth.start(),
    stop: () => relay.bandwidth.stop(),
  };
}

/** What panels that are open hear. */
function liveFeed({ relay, log }: Assembly): RequiredService {
  const feed = new LiveFeed({
    events: relay.administration.events,
    metrics: relay.journal.metrics,
    log,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    reportBug: relay.reportBug,
  });
  return {
    name: "live_feed",
    optional: false,
    start: () => feed.start(),
    stop: () => feed.stop(),
  };
}

/** It ends after what it looks at. */
function history({ relay }: Assembly): RequiredService {
  return {
    name: "history",
    optional: false,
    start: () => relay.history.start(),
    stop: () => relay.history.stop(),
  };
}

/** Without it mail still comes in and waits. */
function sending({ sender }: Assembly): OptionalService {
  return {
    name: "queue",
    optional: true,
    condition: "queue_stopped",
    start: () => sender.start(),
    stop: () => sender.stop(),
  };
}

/** Nothing waits for it, and it goes on beside the first who come. */
function rehearsal({ relay, current }: Assembly): RequiredService {
  const { dkim, domains, federation, reportBug, settings } = relay;
  const ending = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  return {
    name: "rehearsal",
    optional: false,
    start() {
      if (!settings.get("federation_enabled")) return;
      running = rehearse({
        signer: dkim.signer,
        domain: domains.primary,
        signs: current.loaded.values.dkim.enabled &&
          dkim.keys.domains.includes(domains.primary),
        keys: () => dkim.keys.published(),
        bodyHash: () => federation.outbound.bodyHash(),
        clock: SYSTEM_CLOCK,
        timers: SYSTEM_TIMERS,
        signal: ending.signal,
        reportBug,
      }).catch(reportBug);
    },
    async stop() {
      ending.abort();
      await running;
    },
  };
}

function tasks({ relay: { scheduler, backups } }: Assembly): RequiredService {
  return {
    name: "tasks",
    optional: false,
    start: () => scheduler.start(),
    stop: async () => {
      backups.stop();
      await scheduler.stop();
    },
  };
}

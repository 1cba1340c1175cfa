/** The relay at a glance. @module */
import { nowSeconds } from "../../base/clock.ts";
import type { StoreHealth } from "../../store/store.ts";
import type { Degraded } from "../conditions.ts";
import type { AdminContext } from "../context.ts";
import type {
  CertificateShape,
  ListenerShape,
  LogShape,
  PartShape,
  ProtectionShape,
  ServiceConnections,
} from "../live_server.ts";
import { operation } from "../operation.ts";
import { monthShape } from "./network/bandwidth.ts";
import type { StealthMode } from "../../config/web_kinds.ts";
import type { StoppedTask } from "../task_control.ts";

export interface ServerStatus {
  readonly running: boolean;
  readonly version: string | null;
  readonly pid: number | null;
  /** A new process takes over, and this one ends. */
  readonly handing_over: boolean;
  readonly boot_time: number | null;
  readonly uptime_seconds: number | null;
  readonly services: readonly ServiceConnections[];
  readonly registered_users: number;
  /** What strangers see of the web site. */
  readonly stealth: StealthMode;
  readonly listeners: readonly ListenerShape[];
  readonly parts: readonly PartShape[];
  readonly tls: readonly CertificateShape[];
  readonly degraded: readonly Degraded[];
  /** null while no server runs. */
  readonly protection: ProtectionShape | null;
  readonly log: LogShape | null;
  readonly clock: {
    readonly now: number;
    /** Of the last day: how far the machine's clock was moved, or what went on while no server ran. */
    readonly jump_seconds: number | null;
    readonly jumped_at: number | null;
    readonly while_running: boolean | null;
  };
  /** Those that wait for `tasks run … --yes`. */
  readonly stopped_tasks: readonly StoppedTask[];
  /** Recipients elsewhere who wait for their mail, or whose sender waits for a report. */
  readonly queue: {
    readonly messages: number;
    readonly waiting: number;
    readonly held: number;
    readonly failed: number;
    readonly bytes: number;
  };
  /** Of this month, in all. */
  readonly bandwidth: {
    readonly bytes_in: number;
    readonly bytes_out: number;
    readonly monthly_cap_bytes: number | null;
    readonly percent_used: number | null;
  };
  readonly storage: {
    readonly state: StoreHealth["state"];
    readonly database_bytes: number;
    readonly log_bytes: number;
    readonly queued_bytes: number;
  };
}

export async function serverStatus(
  context: AdminContext,
): Promise<ServerStatus> {
  const { live, store, clock, tasks, settings } = context;
  const health = store.health();
  const degraded = await live?.degraded() ?? [];
  const jump = store.clock.recentJump();
  const stopped = tasks.stopped();
  const queue = await store.queue.summary();
  return {
    running: live !== undefined,
    version: live?.version ?? null,
    pid: live?.pid ?? null,
    handing_over: live?.isHandingOver() ?? false,
    boot_time: live ? nowSeconds(clock) - live.uptimeSeconds : null,
    uptime_seconds: live?.uptimeSeconds ?? null,
    services: live?.services() ?? [],
    registered_users: await store.accounts.countAbout(),
    stealth: settings.get("web_stealth"),
    listeners: live?.listeners() ?? [],
    parts: live?.parts() ?? [],
    tls: live?.certificates() ?? [],
    degraded,
    protection: live?.protection ?? null,
    log: live?.log ?? null,
    clock: {
      now: nowSeconds(clock),
      jump_seconds: jump?.seconds ?? null,
      jumped_at: jump?.atSeconds ?? null,
      while_running: jump?.whileRunning ?? null,
    },
    stopped_tasks: stopped,
    queue: {
      messages: queue.messages,
      waiting: queue.waiting,
      held: queue.held,
      failed: queue.failed,
      bytes: queue.octets,
    },
    bandwidth: bandwidthSummary(context),
    storage: {
      state: stateOf(health, degraded),
      database_bytes: health.databaseOctets,
      log_bytes: health.logOctets,
      queued_bytes: health.queuedOctets,
    },
  };
}

export const STATUS_OPERATIONS = {
  "status": operation({
    summary: "Whether the server runs, and how it is",
    scope: "read",
    changes: false,
    input: {},
    run: serverStatus,
  }),
} as const;

function bandwidthSummary(context: AdminContext): ServerStatus["bandwidth"] {
  const month = monthShape(context);
  return {
    bytes_in: month.bytes_in_total,
    bytes_out: month.bytes_out_total,
    monthly_cap_bytes: month.monthly_cap_bytes,
    percent_used: month.percent_used,
  };
}

/** A store that would take mail takes none while the disk has less room than it must. */
function stateOf(
  { state }: StoreHealth,
  degraded: readonly Degraded[],
): StoreHealth["state"] {
  const isShort = degraded.some(({ code }) => code === "disk_low");
  return state === "ok" && isShort ? "full" : state;
}

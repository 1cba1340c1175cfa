/** A check of the doctor as a value: what it is called, and how it looks. @module */
import type { AdminContext } from "../../admin/context.ts";
import type {
  DoctorOptions,
  Finding,
  FindingStatus,
} from "../../admin/doctor_control.ts";
import type { LiveServer } from "../../admin/live_server.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import type { Config } from "../../config/schema.ts";
import type { Dns } from "../../dns/answers.ts";

/** What checks look at. */
export interface World {
  readonly context: AdminContext;
  readonly config: Config;
  /** Its path, if it has one. */
  readonly configFile: string | undefined;
  readonly dns: Dns;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly options: Omit<DoctorOptions, "only">;
  /** Numbers of questions that others were asked. */
  readonly asking: Set<string>;
  /** When this check has to end: what it has opened is then closed. */
  readonly signal: AbortSignal;
}

export interface LiveWorld extends World {
  readonly live: LiveServer;
}

/** Without a server the second kind is skipped. */
export type Check =
  & {
    /** What its findings are called; the first is its own when it fails. */
    readonly ids: readonly [string, ...string[]];
  }
  & (
    | { readonly look: (world: World) => Findings }
    | { readonly lookLive: (world: LiveWorld) => Findings }
  );

type Findings = Promise<readonly Finding[]> | readonly Finding[];

export function pass(id: string, detail: string): Finding {
  return finding(id, "pass", detail, null);
}

export function skip(id: string, detail: string): Finding {
  return finding(id, "skip", detail, null);
}

export function warn(id: string, detail: string, remedy: string): Finding {
  return finding(id, "warn", detail, remedy);
}

export function fail(id: string, detail: string, remedy: string): Finding {
  return finding(id, "fail", detail, remedy);
}

function finding(
  id: string,
  status: FindingStatus,
  detail: string,
  remedy: string | null,
): Finding {
  return { id, status, detail, remedy };
}

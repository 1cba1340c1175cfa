/** What the control socket can be asked; app/ passes in what runs. @module */
import type { AdminContext } from "../admin/context.ts";
import { serverStatus } from "../admin/status.ts";
import { runTask } from "../admin/tasks.ts";
import { Refusal } from "../base/refusal.ts";
import { LOG_LEVELS, type LogLevel } from "../observe/fields.ts";
import type { Log } from "../observe/log.ts";
import type { Settings } from "../settings/settings.ts";
import { callAdmin } from "./admin_calls.ts";
import type { ControlOperation } from "./control_protocol.ts";

/** Where sessions come from is known to their sockets alone. */
export interface LiveSessionCount {
  readonly account: string;
  readonly kind: "imap" | "submission" | "web";
  readonly sessions: number;
}

export interface LiveSessions {
  list(): readonly LiveSessionCount[];
  /** Ends all sessions of an account; gives how many. */
  end(account: string): number;
}

export interface ReloadReport {
  /** Keys of the file whose new value is in force, and "tls" for a new certificate. */
  readonly changed: readonly string[];
  /** Keys whose new value is in force after a restart. */
  readonly restart: readonly string[];
  /** Keys whose new value is hidden by a setting, with its name. */
  readonly hidden: readonly {
    readonly key: string;
    readonly setting: string;
  }[];
  /** What stayed as it was, and why. */
  readonly errors: readonly string[];
  /** Why the file cannot be used; then nothing has changed. */
  readonly invalid?: string;
}

const RELOAD_SCOPES = ["all", "config", "tls"] as const;
export type ReloadScope = (typeof RELOAD_SCOPES)[number];

export interface ControlParts {
  readonly admin: AdminContext;
  readonly settings: Settings;
  readonly log: Log;
  readonly sessions: LiveSessions;
  reload(scope: ReloadScope): Promise<ReloadReport>;
  /** Begins to stop; sessions may take so many seconds to end. */
  shutdown(drainSeconds: number): void;
}

const MAX_DRAIN_SECONDS = 20;

export function controlOperations(
  parts: ControlParts,
): ReadonlyMap<string, ControlOperation> {
  const { admin, settings, log, sessions } = parts;
  return new Map<string, ControlOperation>([
    ["ping", () => ({ pong: true })],
    ["status", () => serverStatus(admin)],
    ["settings.changed", () => settings.reload()],
    ["reload", (args) => parts.reload(scopeOf(args))],
    ["shutdown", (args) => {
      const seconds = args.drain_s ?? MAX_DRAIN_SECONDS;
      if (typeof seconds !== "number" || !(seconds >= 0)) {
        throw invalid("drain_s must be a number of seconds");
      }
      parts.shutdown(Math.min(seconds, MAX_DRAIN_SECONDS));
      return { stopping: true };
    }],
    ["log.level", (args) => {
      log.setLevel(levelOf(args));
      return { level: log.level };
    }],
    ["sessions.list", () => ({ sessions: sessions.list() })],
    ["sessions.kill", (args) => ({
      ended: sessions.end(textOf(args, "user")),
    })],
    ["tasks.run", (args) => {
      const { retention, dry_run, confirmed } = args;
      return runTask(admin, textOf(args, "task"), {
        ...(typeof retention === "string" ? { retention } : {}),
        ...(typeof dry_run === "boolean" ? { dryRun: dry_run } : {}),
        ...(typeof confirmed === "boolean" ? { confirmed } : {}),
      });
    }],
    ["admin", (args) => {
      const values = args.values ?? [];
      if (!Array.isArray(values)) throw invalid("values must be an array");
      return callAdmin(admin, textOf(args, "call"), values);
    }],
  ]);
}

function textOf(
  args: Readonly<Record<string, unknown>>,
  name: string,
): string {
  const value = args[name];
  if (typeof value === "string") return value;
  throw invalid(`${name} must be a string`);
}

function scopeOf(args: Readonly<Record<string, unknown>>): ReloadScope {
  const scope = args.scope ?? "all";
  const known = RELOAD_SCOPES.find((one) => one === scope);
  if (known) return known;
  throw invalid(`scope must be one of ${RELOAD_SCOPES.join(", ")}`);
}

function levelOf(args: Readonly<Record<string, unknown>>): LogLevel {
  const known = LOG_LEVELS.find((level) => level === args.level);
  if (known) return known;
  throw invalid(`level must be one of ${LOG_LEVELS.join(", ")}`);
}

function invalid(explanation: string): Refusal {
  return new Refusal("invalid_value", { explanation });
}

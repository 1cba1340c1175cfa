/**
 * The only logger. Off by default: then nothing is written but a fixed set of
 * operational lines on standard error, none of which can hold user data.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import {
  type AddressHash,
  type Fields,
  LOG_LEVELS,
  type LogLevel,
  type Word,
} from "./fields.ts";
import { redact, redactError } from "./redact.ts";
import { LogTail } from "./log_tail.ts";
import type { LineSink } from "./targets.ts";

/** Debug shows addresses, so nobody may forget it. */
const DEBUG_MS = 60 * 60 * 1000;
/** Of a debug level that a signal asks for. */
const SIGNALLED_DEBUG_MS = 15 * 60 * 1000;

/** What operators are told whatever the level. */
export type OperationalEvent =
  | { readonly event: "started"; readonly version: string }
  | {
    readonly event: "listening";
    readonly listener: string;
    readonly at: string;
  }
  | {
    readonly event: "bind_failed";
    readonly listener: string;
    readonly at: string;
    readonly reason: string;
  }
  | { readonly event: "status"; readonly message: string }
  | {
    readonly event: "stopping";
    readonly signal?: string;
    /** The process that goes on. */
    readonly successor?: number;
  }
  | { readonly event: "stopped" }
  | {
    readonly event: "reloaded";
    readonly changed: readonly string[];
    /** In force after a restart. */
    readonly restart: readonly string[];
  }
  | { readonly event: "config_error"; readonly message: string }
  | { readonly event: "certificate"; readonly message: string }
  | { readonly event: "clock"; readonly message: string }
  /** An error that nobody caught, in a thread; redacted. */
  | {
    readonly event: "crash";
    readonly part: string;
    readonly message: string;
  }
  /** The process ends. */
  | { readonly event: "fatal"; readonly message: string }
  | {
    readonly event: "content_damaged";
    readonly path: string;
    readonly message: string;
  }
  | {
    readonly event: "degraded" | "recovered";
    readonly part: string;
    readonly message?: string;
  };

export interface LogOptions {
  readonly clock: Clock;
  readonly hash: AddressHash;
  /** Always open; operational lines go there. */
  readonly stderr: LineSink;
  /** Where all other lines go, in addition to operational ones. */
  readonly targets: readonly LineSink[];
  readonly file: FileLevel;
}

/** What the configuration file says. */
export interface FileLevel {
  /** Debug falls back to it, and a lock holds it. */
  readonly configured: LogLevel;
  readonly locked: boolean;
}

export class Log {
  readonly #options: LogOptions;
  #file: FileLevel;
  #level: LogLevel;
  /** On the monotonic clock. */
  #debugEndsMs: number | undefined;
  /** For who looks on; empty while the log is off. */
  readonly tail = new LogTail();

  constructor(options: LogOptions) {
    this.#options = options;
    this.#file = options.file;
    this.#level = options.file.configured;
  }

  /** What the configuration file says of it. */
  get file(): FileLevel {
    return this.#file;
  }

  get level(): LogLevel {
    if (
      this.#debugEndsMs !== undefined &&
      this.#options.clock.monotonic() >= this.#debugEndsMs
    ) {
      this.#debugEndsMs = undefined;
      this.#become(this.#file.configured);
    }
    return this.#level;
  }

  /**
   * Changes the level until the process ends; debug for an hour.
   *
   * @throws {Refusal} `invalid_value` when the file's level is locked and this is above it
   */
  setLevel(level: LogLevel, debugMs = DEBUG_MS): void {
    const { configured, locked } = this.#file;
    if (locked && isAbove(level, configured)) {
      throw new Refusal("invalid_value", {
        explanation: `The configuration locks the log level at ${configured}`,
      });
    }
    this.#become(level);
    this.#debugEndsMs = level === "debug" && configured !== "debug"
      ? this.#options.clock.monotonic() + debugMs
      : undefined;
  }

  /** Debug for a quarter of an hour, or its end. @throws {Refusal} as `setLevel` */
  toggleDebug(): void {
    if (this.level === "debug") this.setLevel(this.#file.configured);
    else this.setLevel("debug", SIGNALLED_DEBUG_MS);
  }

  /** The file was read again; who sets the level does so after this. */
  useFile(file: FileLevel): void {
    this.#file = file;
  }

  /** Takes up the level of an earlier run, but not debug, nor one above a lock. */
  resume(level: LogLevel): void {
    const { configured, locked } = this.#file;
    if (level === "debug" || (locked && isAbove(level, configured))) return;
    this.#level = level;
  }

  #become(level: LogLevel): void {
    if (isAbove(this.#level, level)) this.tail.clear();
    this.#level = level;
  }

  error(event: Word, fields?: Fields): void {
    this.#line("error", event, fields);
  }

  warn(event: Word, fields?: Fields): void {
    this.#line("warn", event, fields);
  }

  info(event: Word, fields?: Fields): void {
    this.#line("info", event, fields);
  }

  debug(event: Word, fields?: Fields): void {
    this.#line("debug", event, fields);
  }

  /** An error that is ours, without what it was about. */
  bug(where: Word, error: unknown): void {
    if (isAbove("error", this.level)) return;
    this.#write("error", `bug where=${where} ${redactError(error)}`);
  }

  /** Written at every level, to standard error too. */
  operational(event: OperationalEvent): void {
    const text = Object.entries(event).map(([name, value]) => {
      const shown = redactUnlessOurs(name, String(value));
      return name === "event" ? shown : `${name}=${shown}`;
    }).join(" ");
    const line = `${this.#time()} ${text}\n`;
    const { stderr, targets } = this.#options;
    stderr.write(line);
    if (this.level === "off") return;
    for (const target of targets) if (target !== stderr) target.write(line);
    this.#tell("operational", text);
  }

  /** After log files were moved away. */
  reopen(): void {
    for (const target of this.#options.targets) target.reopen();
  }

  close(): void {
    for (const target of this.#options.targets) target.close();
  }

  #line(level: LogLevel, event: Word, fields: Fields = {}): void {
    const current = this.level;
    if (isAbove(level, current)) return;
    let text: string = event;
    for (const [name, field] of Object.entries(fields)) {
      const shown = typeof field === "object"
        ? field.show(current, this.#options.hash)
        : field;
      if (shown !== undefined) text += ` ${name}=${shown}`;
    }
    this.#write(level, text);
  }

  #write(level: LogLevel, text: string): void {
    const line = `${this.#time()} ${level.toUpperCase()} ${text}\n`;
    for (const target of this.#options.targets) target.write(line);
    this.#tell(level, text);
  }

  #tell(level: LogLevel | "operational", text: string): void {
    this.tail.add({ at_ms: this.#options.clock.now(), level, text });
  }

  #time(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }
}

function isAbove(level: LogLevel, limit: LogLevel): boolean {
  return LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(limit);
}

/** Fields of operational lines that name what is the operator's own. */
const SHOWN_WHOLE: readonly string[] = [
  "at",
  "version",
  "part",
  "path",
  "reason",
  "event",
  "message",
  "changed",
  "restart",
];

/** Where the relay listens is the operator's own and no secret. */
function redactUnlessOurs(name: string, value: string): string {
  const shown = SHOWN_WHOLE.includes(name) ? value : redact(value);
  // deno-lint-ignore no-control-regex
  const line = shown.replace(/[\x00-\x1f\x7f]+/g, " ");
  return /\s/.test(line) || line === "" ? JSON.stringify(line) : line;
}

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
import type { LineSink, Rotation } from "./targets.ts";

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
    readonly event: "signal_refused";
    readonly signal: string;
    readonly reason: string;
  }
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

/** What is told though operational lines are not: why it does not run. */
const FATAL: readonly OperationalEvent["event"][] = ["fatal", "bind_failed"];

export interface LogOptions {
  readonly clock: Clock;
  readonly hash: AddressHash;
  /** Always open; operational lines go there. */
  readonly stderr: LineSink;
  /** Where all other lines go, in addition to operational ones. */
  readonly targets: readonly LineSink[];
  readonly file: FileLevel;
  readonly shape: LogShape;
}

/** How lines are written, whatever the level. */
export interface LogShape {
  readonly format: "text" | "json";
  /** Operational lines go to standard error; without them only why it does not run. */
  readonly isOperational: boolean;
  readonly rotation: Rotation;
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
  #shape: LogShape;
  #level: LogLevel;
  /** On the monotonic clock. */
  #debugEndsMs: number | undefined;
  /** For who looks on; empty while the log is off. */
  readonly tail = new LogTail();

  constructor(options: LogOptions) {
    this.#options = options;
    this.#file = options.file;
    this.#shape = options.shape;
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
        explanation:
          `log.lock of the configuration file keeps the log level at ${configured} or below`,
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

  get shape(): LogShape {
    return this.#shape;
  }

  /** The file was read again; who sets the level does so after this. */
  useFile(file: FileLevel, shape: LogShape): void {
    this.#file = file;
    this.#shape = shape;
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
    const message = redactError(error);
    const text = `bug where=${where} ${message}`;
    this.#write("error", text, { event: "bug", where, message });
  }

  /** Written at every level, to standard error too. */
  operational(event: OperationalEvent): void {
    const fields = Object.fromEntries(
      Object.entries(event).map(([name, value]) =>
        [name, redactUnlessOurs(name, String(value))] as const
      ),
    );
    const text = Object.entries(fields).map(([name, value]) =>
      name === "event" ? quoted(value) : `${name}=${quoted(value)}`
    ).join(" ");
    const line = this.#shape.format === "json"
      ? this.#json("operational", fields)
      : `${this.#time()} ${text}\n`;
    const { stderr, targets } = this.#options;
    const isTold = this.#shape.isOperational || FATAL.includes(event.event);
    if (isTold) stderr.write(line);
    if (this.level === "off") return;
    for (const target of targets) {
      if (target !== stderr || !isTold) target.write(line);
    }
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
    const shapes: Record<string, unknown> = { event };
    for (const [name, field] of Object.entries(fields)) {
      const shown = typeof field === "object"
        ? field.show(current, this.#options.hash)
        : field;
      if (shown === undefined) continue;
      text += ` ${name}=${shown}`;
      shapes[name] = unquoted(shown);
    }
    this.#write(level, text, shapes);
  }

  #write(
    level: LogLevel,
    text: string,
    fields: Readonly<Record<string, unknown>>,
  ): void {
    const line = this.#shape.format === "json"
      ? this.#json(level, fields)
      : `${this.#time()} ${level.toUpperCase()} ${text}\n`;
    for (const target of this.#options.targets) target.write(line);
    this.#tell(level, text);
  }

  #json(level: string, fields: Readonly<Record<string, unknown>>): string {
    return `${JSON.stringify({ ts: this.#time(), level, ...fields })}\n`;
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
  return shown.replace(/[\x00-\x1f\x7f]+/g, " ");
}

function quoted(line: string): string {
  return /\s/.test(line) || line === "" ? JSON.stringify(line) : line;
}

/** Of a value that a text line has in quotes. */
function unquoted(shown: string | number | boolean): unknown {
  return typeof shown === "string" && shown.startsWith('"')
    ? JSON.parse(shown)
    : shown;
}

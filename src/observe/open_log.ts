/** The log of a configuration: targets opened, level set. @module */
import { resolve } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { AddressHash, type LogLevel } from "./fields.ts";
import { Log, type LogShape } from "./log.ts";
import { FileSink, type LineSink, standardError } from "./targets.ts";

export interface LogSource {
  readonly level: LogLevel;
  /** `stderr`, or paths; relative ones are in `directory`. */
  readonly targets: readonly string[];
  readonly locked: boolean;
  readonly shape: LogShape;
  readonly directory: string;
  readonly isOwnDomain: (domain: string) => boolean;
  readonly clock: Clock;
  readonly random: Random;
}

/** @throws {Error} if a file cannot be opened: the log must not go elsewhere */
export function openLog(source: LogSource): Log {
  const stderr = standardError();
  const targets = [...new Set(source.targets)].map((target): LineSink =>
    target === "stderr" ? stderr : new FileSink(
      resolve(source.directory, target),
      () => log.shape.rotation,
    )
  );
  const log: Log = new Log({
    clock: source.clock,
    hash: new AddressHash(source.clock, source.random, source.isOwnDomain),
    stderr,
    targets,
    file: { configured: source.level, locked: source.locked },
    shape: source.shape,
  });
  return log;
}

/**
 * The engines that tests of the store run on, and the way for all other tests
 * to a store of their own.
 *
 * @module
 */
import type { Clock, Timers } from "../../src/base/clock.ts";
import type { StoreReports } from "../../src/store/options.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import type { Store } from "../../src/store/store.ts";

export interface EngineOptions extends StoreReports {
  /** One directory is one store, however often it is opened. */
  readonly stateDir: string;
  readonly clock?: Clock;
  readonly timers?: Pick<Timers, "every">;
  readonly minFreeOctets?: number;
  readonly dedup?: boolean;
  /** What is written survives the end of the process, as it does in a server. */
  readonly durable?: true;
}

export interface Engine {
  readonly name: string;
  open(options: EngineOptions): Promise<Store>;
}

export const SQLITE: Engine = {
  name: "SQLite",
  open: ({ durable, ...options }) =>
    openSqlite({
      minFreeOctets: 0,
      sync: durable ? "full" : "off",
      ...options,
    }),
};

export const ENGINES: readonly Engine[] = [SQLITE];

/** A store for a test of something else. */
export function openTestStore(
  options: EngineOptions,
  engine: Engine = SQLITE,
): Promise<Store> {
  return engine.open(options);
}

/**
 * Who has changed what: one row for each changing operation, whatever surface it
 * came by. Secrets are in none of them, and where nothing about people is logged
 * no row says where a request came from.
 *
 * @module
 */
import * as v from "valibot";
import { type Clock, nowSeconds } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import { RecordSet, type RecordSetParts } from "../../store/record_set.ts";

const AUDIT_ROW = v.object({
  /** Seconds since 1970 UTC. */
  ts: v.number(),
  actor: v.string(),
  ip: v.nullable(v.string()),
  resource: v.string(),
  method: v.string(),
  summary: v.string(),
  /** `ok`, or the code of the refusal. */
  status: v.string(),
});
export type AuditRow = v.InferOutput<typeof AUDIT_ROW>;

/** With its key: ascending. */
export interface AuditEntry extends AuditRow {
  readonly id: string;
}

export interface AuditParts {
  readonly store: RecordSetParts<unknown>["store"];
  readonly clock: Clock;
  options(): AuditOptions;
  reportBug(error: unknown): void;
}

export interface AuditOptions {
  readonly days: number;
  /** Nothing about people is logged: who was meant stays out of it, too. */
  readonly hidesPeople: boolean;
}

/** Read whole at the start, and kept in memory. */
const MAX_ROWS = 10_000;
/** As many go at once when there are too many. */
const ROOM = 500;
const DAY_SECONDS = 86_400;

export class AuditLog {
  readonly #parts: AuditParts;
  readonly #rows: RecordSet<AuditRow>;
  #lastKey = "";

  private constructor(parts: AuditParts, rows: RecordSet<AuditRow>) {
    this.#parts = parts;
    this.#rows = rows;
  }

  static async open(parts: AuditParts): Promise<AuditLog> {
    const { store, reportBug } = parts;
    const rows = await RecordSet.open({
      store,
      reportBug,
      collection: "admin_audit",
      schema: AUDIT_ROW,
      onUnreadable() {},
    });
    return new AuditLog(parts, rows);
  }

  /** Whether rows name nobody: what is deleted is in no file soon after. */
  get hidesPeople(): boolean {
    return this.#parts.options().hidesPeople;
  }

  /** Never throws: what was done is done, whether or not it can be written down. */
  async add(row: Omit<AuditRow, "ts">): Promise<void> {
    const { clock, reportBug } = this.#parts;
    const ip = this.hidesPeople ? null : row.ip;
    try {
      await this.#rows.change({
        remove: this.#superfluous(),
        put: [[this.#nextKey(), { ...row, ip, ts: nowSeconds(clock) }]],
      });
    } catch (error) {
      if (!(error instanceof Refusal)) reportBug(error);
    }
  }

  /** The newest first. */
  list(): AuditEntry[] {
    const oldest = this.#oldest();
    return [...this.#rows.values].filter(([, { ts }]) => ts >= oldest)
      .map(([id, row]) => ({ id, ...row }))
      .toSorted((a, b) => a.id < b.id ? 1 : -1);
  }

  /** Removes what is too old. @throws {Refusal} if the store takes nothing */
  async clean(): Promise<void> {
    await this.#rows.change({ remove: this.#superfluous() });
  }

  close(): void {
    this.#rows.close();
  }

  #oldest(): number {
    const { clock, options } = this.#parts;
    return nowSeconds(clock) - options().days * DAY_SECONDS;
  }

  #superfluous(): string[] {
    const oldest = this.#oldest();
    const old = [...this.#rows.values].filter(([, { ts }]) => ts < oldest)
      .map(([key]) => key);
    if (this.#rows.size < MAX_ROWS) return old;
    const first = [...this.#rows.values.keys()].toSorted().slice(0, ROOM);
    return [...new Set([...old, ...first])];
  }

  /** By time, and ascending even where the clock is set back or stands. */
  #nextKey(): string {
    const stands = `${this.#parts.clock.now()}`.padStart(15, "0");
    const [ms = "", count = "0"] = this.#lastKey.split("-");
    this.#lastKey = stands > ms
      ? `${stands}-0000`
      : `${ms}-${`${Number(count) + 1}`.padStart(4, "0")}`;
    return this.#lastKey;
  }
}

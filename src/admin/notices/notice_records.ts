/** What was sent to people in the name of the operator, and how far. @module */
import * as v from "valibot";
import { RecordSet, type RecordSetParts } from "../../store/record_set.ts";

const NOTICE_AUDIENCES = [
  "all",
  "one",
  "inactive",
  "never",
  "over_quota",
] as const;

const NOTICE_ROW = v.object({
  /** Of the sender's choice: what has the same is the same notice. */
  key: v.nullable(v.string()),
  subject: v.string(),
  body: v.string(),
  audience: v.picklist(NOTICE_AUDIENCES),
  /** Accounts when it began. */
  total: v.number(),
  sent: v.number(),
  /** Of these, encrypted to the account's key. */
  encrypted: v.number(),
  failed: v.number(),
  state: v.picklist(["running", "done", "failed", "cancelled"]),
  /** That sends it, as long as its process lives. */
  job: v.nullable(v.string()),
  started_at: v.number(),
  finished_at: v.nullable(v.number()),
});
export type NoticeRow = v.InferOutput<typeof NOTICE_ROW>;

const KEPT = 50;

export class NoticeRecords {
  readonly #rows: RecordSet<NoticeRow>;

  private constructor(rows: RecordSet<NoticeRow>) {
    this.#rows = rows;
  }

  static async open(
    { store, reportBug }: Pick<
      RecordSetParts<NoticeRow>,
      "store" | "reportBug"
    >,
  ): Promise<NoticeRecords> {
    return new NoticeRecords(
      await RecordSet.open({
        store,
        reportBug,
        collection: "notices",
        schema: NOTICE_ROW,
        onUnreadable() {},
      }),
    );
  }

  /** The last begun first. */
  list(): readonly (readonly [id: string, row: NoticeRow])[] {
    return [...this.#rows.values].toSorted(([, a], [, b]) =>
      b.started_at - a.started_at
    );
  }

  get(id: string): NoticeRow | undefined {
    return this.#rows.get(id);
  }

  byKey(key: string): readonly [id: string, row: NoticeRow] | undefined {
    return this.list().find(([, row]) => row.key === key);
  }

  /** @throws {Refusal} if the store takes nothing */
  async put(id: string, row: NoticeRow): Promise<void> {
    const others = this.list().filter(([other]) => other !== id);
    await this.#rows.change({
      put: [[id, row]],
      remove: others.slice(KEPT - 1).map(([other]) => other),
    });
  }

  close(): void {
    this.#rows.close();
  }
}

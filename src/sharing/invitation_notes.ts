/**
 * What whoever opens an invitation is told: a text of the operator for each
 * token that has one. Comments are for the operator alone.
 *
 * @module
 */
import * as v from "valibot";
import { Refusal } from "../base/refusal.ts";
import { RecordSet, type RecordSetParts } from "../store/record_set.ts";

/** In characters. */
export const MAX_NOTE = 500;
/** All are in memory. */
const MAX_NOTES = 10_000;
const NOTE = v.pipe(v.string(), v.maxLength(MAX_NOTE));

export class InvitationNotes {
  readonly #notes: RecordSet<string>;

  private constructor(notes: RecordSet<string>) {
    this.#notes = notes;
  }

  /** One that cannot be read is none. */
  static async open(
    { store, reportBug }: Pick<
      RecordSetParts<string>,
      "store" | "reportBug"
    >,
  ): Promise<InvitationNotes> {
    return new InvitationNotes(
      await RecordSet.open({
        store,
        reportBug,
        collection: "invitation_notes",
        schema: NOTE,
        onUnreadable() {},
      }),
    );
  }

  /** Empty: there is none. */
  of(token: string): string {
    return this.#notes.get(token) ?? "";
  }

  /** @throws {Refusal} `invalid_value` if there are too many of them */
  checkRoom(token: string, note: string): void {
    const isMore = note.trim() !== "" && this.#notes.get(token) === undefined;
    if (!isMore || this.#notes.size < MAX_NOTES) return;
    throw new Refusal("invalid_value", {
      field: "public_note",
      explanation: `There can be up to ${MAX_NOTES} of them`,
    });
  }

  /** @param note Empty: none. @throws {Refusal} if the store takes nothing */
  async put(token: string, note: string): Promise<void> {
    const text = note.trim();
    if (text !== "") await this.#notes.put(token, text);
    else if (this.#notes.get(token) !== undefined) {
      await this.#notes.remove(token);
    }
  }

  close(): void {
    this.#notes.close();
  }
}

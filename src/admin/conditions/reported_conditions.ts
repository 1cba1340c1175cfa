/** What parts of a relay report. @module */
import type { ReportedCode } from "../conditions.ts";

/** What parts of a relay know to be wrong with themselves. */
export class ReportedConditions {
  readonly #details = new Map<ReportedCode, string>();
  /** Called when something was reported or cleared. */
  onChange: () => void = () => {};

  get details(): ReadonlyMap<string, string> {
    return this.#details;
  }

  /** @param detail What is the matter, without user data. */
  report(code: ReportedCode, detail: string): void {
    if (this.#details.get(code) === detail) return;
    this.#details.set(code, detail);
    this.onChange();
  }

  /** It is well again. Safe to repeat. */
  clear(code: ReportedCode): void {
    if (this.#details.delete(code)) this.onChange();
  }
}

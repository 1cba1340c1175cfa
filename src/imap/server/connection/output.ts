/** Collects what belongs into one write. @module */
import { concat } from "../../../base/octets.ts";

const encoder = new TextEncoder();

export class Output {
  #parts: (string | Uint8Array)[] | undefined; // none while nothing waits
  #size = 0;

  /** About how many octets wait. */
  get size(): number {
    return this.#size;
  }

  add(part: string | Uint8Array): void {
    this.#size += part.length;
    if (!this.#parts) this.#parts = [part];
    else if (
      typeof part === "string" && typeof this.#parts.at(-1) === "string"
    ) {
      this.#parts[this.#parts.length - 1] += part;
    } else this.#parts.push(part);
  }

  /** All that waits, once; text as UTF-8. */
  take(): Uint8Array {
    const parts = (this.#parts ?? []).map((part) =>
      typeof part === "string" ? encoder.encode(part) : part
    );
    this.#parts = undefined;
    this.#size = 0;
    return parts.length === 1 ? parts[0]! : concat(parts);
  }
}

/** Contents that cannot be given out although a message has them. Each is told once. @module */
import type { BlobId } from "../../../base/ids.ts";
import type { ContentDamage } from "../../store.ts";

const MAX_REMEMBERED = 10_000;

export class Damages {
  readonly #known = new Set<BlobId>();

  constructor(readonly onDamage: (damage: ContentDamage) => void) {}

  /** Whether reading it has failed before. */
  has(blob: BlobId): boolean {
    return this.#known.has(blob);
  }

  /** Always undefined: the content is as good as gone. */
  report(blob: BlobId, damage: ContentDamage): undefined {
    if (this.#known.has(blob)) return;
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
    this.#known.add(blob);
    this.onDamage(damage);
  }
}

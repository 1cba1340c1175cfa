/** Who may change a contact link: whoever has its key. @module */
import type { Clock } from "../../base/clock.ts";
import { limitKey } from "../../base/peer_address.ts";
import { Refusal } from "../../base/refusal.ts";
import { TokenBuckets } from "../../base/token_buckets.ts";
import type { SharingBackend } from "./backend.ts";

const WRONG_KEYS = { burst: 10, perSecond: 10 / 600 };

export class EditKeys {
  readonly #sharing: SharingBackend;
  readonly #wrong: TokenBuckets;

  constructor(sharing: SharingBackend, clock: Clock) {
    this.#sharing = sharing;
    this.#wrong = new TokenBuckets(clock, () => WRONG_KEYS);
  }

  /**
   * @param address Of whoever asks: from one so many wrong keys are tried.
   * @throws {Refusal} `edit_key_wrong`, `too_many_requests`
   */
  check(slug: string, key: string, address: string): void {
    const peer = limitKey(address);
    const wait = this.#wrong.wait(peer);
    if (wait > 0) {
      throw new Refusal("too_many_requests", { retryAfterSeconds: wait });
    }
    if (this.#sharing.shares.isOwner(slug, key)) return;
    this.#wrong.take(peer);
    throw new Refusal("edit_key_wrong");
  }
}

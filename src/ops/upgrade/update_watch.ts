/**
 * Looks once a day whether there is a newer release, for an operator who asks
 * for that. Nothing is installed, and nobody is asked but `upgrade.url`.
 *
 * @module
 */
import { UpgradeFailed, type UpgradeTrouble } from "./failure.ts";
import { releaseSource } from "./fetch_release.ts";
import { parseKey } from "./release.ts";
import { getRelease } from "./signed_release.ts";
import { compareVersions } from "./versions.ts";

export interface UpdateWatchParts {
  /** Of this program. */
  readonly version: string;
  isOn(): boolean;
  /** Where releases are; empty: nowhere. */
  source(): string;
  /** Whose releases count. */
  keys(): readonly string[];
  /** Milliseconds since 1970 UTC. */
  now(): number;
}

export interface SeenUpdate {
  /** The newest release; null: it is not known. */
  readonly latest: string | null;
  readonly isNewer: boolean;
  /** Seconds since 1970 UTC; null: nobody was asked. */
  readonly checkedAt: number | null;
  /** Why it is not known. */
  readonly error: UpgradeTrouble | null;
}

const DAY_MS = 86_400_000;
const NOTHING: SeenUpdate = {
  latest: null,
  isNewer: false,
  checkedAt: null,
  error: null,
};

export class UpdateWatch {
  readonly #parts: UpdateWatchParts;
  #seen = NOTHING;
  #source = "";

  constructor(parts: UpdateWatchParts) {
    this.#parts = parts;
  }

  get seen(): SeenUpdate {
    return this.#isOn ? this.#seen : NOTHING;
  }

  /** Asks if it is time to: once a day, and when another place is to be asked. */
  async look(): Promise<void> {
    if (!this.#isOn) {
      this.#seen = NOTHING;
      return;
    }
    const { version, source, keys, now } = this.#parts;
    const place = source();
    const { checkedAt } = this.#seen;
    const isFresh = checkedAt !== null && place === this.#source &&
      Math.abs(now() - checkedAt * 1000) < DAY_MS;
    if (isFresh) return;
    this.#source = place;
    try {
      const source = releaseSource(place);
      const trusted = keys().map(parseKey);
      const { release } = await getRelease(source, trusted, now());
      const latest = release.version;
      const isNewer = compareVersions(latest, version) > 0;
      this.#saw({ latest, isNewer, error: null });
    } catch (error) {
      if (!(error instanceof UpgradeFailed)) throw error;
      this.#saw({ latest: null, isNewer: false, error: error.trouble });
    }
  }

  get #isOn(): boolean {
    return this.#parts.isOn() && this.#parts.source() !== "";
  }

  #saw(seen: Omit<SeenUpdate, "checkedAt">): void {
    const checkedAt = Math.floor(this.#parts.now() / 1000);
    this.#seen = { ...seen, checkedAt };
  }
}

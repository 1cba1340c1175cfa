/**
 * What may go out in a month has gone out: services beside mail wait for the
 * next one, where an admin wants that.
 *
 * @module
 */
import type { BandwidthControl } from "../../admin/bandwidth_control.ts";
import { turnsRelaysOff } from "../../ops/bandwidth/month.ts";
import type { Settings } from "../../settings/settings.ts";

export interface RelayCapParts {
  readonly ledger: Pick<BandwidthControl, "month">;
  readonly settings: Pick<Settings, "get" | "onChange">;
}

const SETTINGS = [
  "bandwidth_monthly_cap",
  "bandwidth_cap_action",
  "bandwidth_billing_day",
] as const;

export class RelayCap {
  readonly #parts: RelayCapParts;
  readonly #listeners = new Set<() => void | Promise<void>>();
  #isReached: boolean;

  constructor(parts: RelayCapParts) {
    this.#parts = parts;
    this.#isReached = this.#reached();
    for (const name of SETTINGS) {
      parts.settings.onChange(name, () => this.look());
    }
  }

  /** Calls are not relayed, and tunnels lead nowhere. */
  get isReached(): boolean {
    return this.#isReached;
  }

  /** What has to be done when that changes. Returns how to stop. */
  onChange(listener: () => void | Promise<void>): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async look(): Promise<void> {
    const isReached = this.#reached();
    if (isReached === this.#isReached) return;
    this.#isReached = isReached;
    await Promise.all([...this.#listeners].map((listener) => listener()));
  }

  #reached(): boolean {
    const { ledger, settings } = this.#parts;
    const action = settings.get("bandwidth_cap_action");
    return action !== "none" && turnsRelaysOff(action, ledger.month());
  }
}

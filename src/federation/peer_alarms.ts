/**
 * What other servers find wrong with us, or are wrong with themselves, beyond
 * one message: remembered until they take mail again, or for a day.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { days } from "../base/durations.ts";
import type { AttemptSeen } from "./attempt_seen.ts";
import type { TransportAlarm } from "./transports/parts.ts";

export type AlarmKind = TransportAlarm["kind"];

export interface PeerAlarmsParts {
  readonly clock: Clock;
  /** How many there are now. */
  onChange(kind: AlarmKind, destinations: number): void;
}

const LASTS_MS = days(1) * 1000;
const MAX_REMEMBERED = 1000;

export class PeerAlarms {
  readonly #parts: PeerAlarmsParts;
  /** By destination, when it was last, milliseconds of the monotonic clock. */
  readonly #since: Readonly<Record<AlarmKind, Map<string, number>>> = {
    signature_refused: new Map(),
    tls_enforced: new Map(),
    certificate_changed: new Map(),
  };

  constructor(parts: PeerAlarmsParts) {
    this.#parts = parts;
  }

  raise({ kind, destination }: Pick<TransportAlarm, "kind" | "destination">) {
    const since = this.#since[kind];
    since.delete(destination);
    if (since.size >= MAX_REMEMBERED) {
      since.delete(since.keys().next().value!);
    }
    since.set(destination, this.#parts.clock.monotonic());
    this.#tell(kind);
  }

  /** A delivery ends what was wrong there, but a certificate that has changed stays so. */
  seen({ destination, result }: Pick<AttemptSeen, "destination" | "result">) {
    if (result !== "delivered") return;
    for (const kind of ENDED) {
      if (this.#since[kind].delete(destination)) this.#tell(kind);
    }
  }

  /** To be called now and then: what is old is forgotten. */
  look(): void {
    const nowMs = this.#parts.clock.monotonic();
    for (const kind of KINDS) {
      const since = this.#since[kind];
      const before = since.size;
      for (const [destination, atMs] of since) {
        if (nowMs - atMs >= LASTS_MS) since.delete(destination);
      }
      if (since.size < before) this.#tell(kind);
    }
  }

  #tell(kind: AlarmKind): void {
    this.#parts.onChange(kind, this.#since[kind].size);
  }
}

/** By a delivery. */
const ENDED: readonly AlarmKind[] = ["signature_refused", "tls_enforced"];
const KINDS: readonly AlarmKind[] = [...ENDED, "certificate_changed"];

/**
 * Certificates of servers that have no name which one could be verified for: the
 * first is remembered, and another one in its place is told to the admin. If the
 * operator wants, nothing is sent there until it has been there for a week.
 *
 * @module
 */
import type { DialledWire } from "../../net/dial.ts";
import { days } from "../../base/durations.ts";
import { NoConnection } from "./connections.ts";
import type { HostMemory } from "./host_memory.ts";
import type { RelayTransportParts } from "./parts.ts";
import type { PinnedWay } from "./records.ts";
import type { Stop, Way } from "./ways.ts";

export interface PinsParts extends
  Pick<
    RelayTransportParts,
    "settings" | "seconds" | "onAlarm"
  > {
  readonly memory: HostMemory;
}

const REFUSED_SECONDS = days(7);
const STATUS = "4.7.5"; // RFC 3463 §3.8
const TEXT = "the server shows another certificate than before";

export class Pins {
  readonly #parts: PinsParts;

  constructor(parts: PinsParts) {
    this.#parts = parts;
  }

  /** Of a stop whose certificates are known nothing goes without TLS, where they count. */
  ways({ ways, pinned, host }: Stop): readonly Way[] {
    const { settings, memory } = this.#parts;
    if (pinned === undefined || !settings().pinLiterals) return ways;
    if (!memory.isPinned(host.name)) return ways;
    return ways.filter(({ tls }) => tls !== "none");
  }

  /**
   * After the handshake, before anything is said.
   *
   * @throws {NoConnection}
   */
  check({ host, pinned }: Stop, way: Way, { identity }: DialledWire): void {
    if (pinned === undefined || !identity) return;
    const isVerified = identity.fault === undefined;
    const { fingerprint } = identity;
    if (!this.#isChange(host.name, pinnedWay(way), fingerprint, isVerified)) {
      return;
    }
    const { settings, onAlarm } = this.#parts;
    const note = {
      transport: way.name,
      host: host.name,
      status: STATUS,
      text: TEXT,
    };
    const kind = "certificate_changed";
    onAlarm({ kind, destination: pinned, note });
    if (settings().pinLiterals) throw new NoConnection(note);
  }

  /** One that an authority vouches for is no change to be told of. */
  #isChange(
    host: string,
    way: PinnedWay,
    fingerprint: string,
    isVerified: boolean,
  ): boolean {
    const { memory, seconds } = this.#parts;
    const known = memory.pin(host, way);
    if (known?.fingerprint === fingerprint) {
      if (known.next) memory.learnPin(host, way, { fingerprint });
      return false;
    }
    const now = seconds();
    const next = known?.next?.fingerprint === fingerprint
      ? known.next
      : { fingerprint, since: now };
    const isOld = now - next.since >= REFUSED_SECONDS;
    if (!known || isVerified || isOld) {
      memory.learnPin(host, way, { fingerprint });
      return false;
    }
    if (next !== known.next) memory.learnPin(host, way, { ...known, next });
    return true;
  }
}

function pinnedWay({ http }: Way): PinnedWay {
  return http ? "https" : "smtp";
}

/** What conditions have in their brackets. @module */
import { roundedSize } from "../base/sizes.ts";
import type { StoreHealth } from "../store/store.ts";
import type { BandwidthFacts, Facts } from "./condition_facts.ts";
import { hours } from "../base/durations.ts";
import { type ClockJump, describeJump } from "../base/lived_clock.ts";
import { type Certificate, daysRemaining } from "../tls/certificate.ts";

const DAY_MS = 86_400_000;
/** Of a lifetime: 14 days stand for at most a quarter of it, as of one of a week. */
const SHARE_OF_A_DAY = 1 / 56;

/** A server may well have been off for a day; a clock that leaps for an hour is wrong, or was. */
export function worrying(jump: ClockJump): string | undefined {
  const { seconds, whileRunning } = jump;
  const most = seconds > 0 && !whileRunning ? hours(24) : hours(1);
  return Math.abs(seconds) < most ? undefined : describeJump(jump);
}

/** In how many days a certificate ends, if that is within so many and later than so many others. */
export function endsWithin(
  certificate: Certificate,
  nowMs: number,
  { days, moreThanDays }: {
    readonly days: number;
    readonly moreThanDays: number;
  },
): string | undefined {
  const left = certificate.notAfter - nowMs;
  const lifetime = certificate.notAfter - certificate.notBefore;
  const soon = (wanted: number) =>
    Math.min(wanted * DAY_MS, wanted * lifetime * SHARE_OF_A_DAY);
  if (left > soon(days) || left <= soon(moreThanDays)) return undefined;
  const whole = daysRemaining(certificate, nowMs);
  const shown = whole === 1 ? "1 day" : `${whole} days`;
  return `it ends on ${date(certificate.notAfter)}, in ${shown}`;
}

/** What is the matter with the first certificate that something is the matter with; with the name, if there are others. */
export function firstOf(
  certificates: ReadonlyMap<string, Certificate> = new Map(),
  problemOf: (certificate: Certificate) => string | undefined,
): string | undefined {
  for (const [name, certificate] of certificates) {
    const problem = problemOf(certificate);
    if (problem === undefined) continue;
    return certificates.size === 1 ? problem : `${name}: ${problem}`;
  }
  return undefined;
}

/** Undefined if there are none. */
export function listed(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : items.join("; ");
}

/** The day of so many milliseconds since 1970 UTC. */
export function date(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** How much has gone out, where that is a share of what may that is from one to below another. */
export function usedUp(
  facts: BandwidthFacts | undefined,
  percent: { readonly from: number; readonly below: number },
): string | undefined {
  if (!facts || facts.capOctets === 0) return undefined;
  const { usedOctets, capOctets, forecastOctets, relaysAreOff } = facts;
  const share = usedOctets / capOctets * 100;
  if (share < percent.from || share >= percent.below) return undefined;
  const forecast = forecastOctets === undefined
    ? ""
    : `, ${roundedSize(forecastOctets)} by its end if it goes on so`;
  const off = relaysAreOff
    ? "; no calls are relayed and no tunnels led until it ends"
    : "";
  return `${Math.floor(share)} % of ${roundedSize(capOctets)}${forecast}${off}`;
}

export function storeIs(state: StoreHealth["state"], detail: string) {
  return ({ storeState }: Facts) => storeState === state ? detail : undefined;
}

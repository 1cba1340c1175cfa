/** How times, shares, and texts of others look on every screen. @module */
import type { ComponentChildren, JSX } from "preact";
import {
  formatAgo,
  formatBytes,
  formatDay,
  formatTime,
  t,
} from "../i18n/translate.ts";

/** Text of somebody else, whose direction is its own affair. */
export function Said(
  { children }: { readonly children: ComponentChildren },
): JSX.Element {
  return <bdi class="said">{children}</bdi>;
}

/** Seconds since 1970; null: never. */
export function When(
  { at }: { readonly at: number | null | undefined },
): JSX.Element {
  if (at === null || at === undefined || !isMoment(at)) {
    return <>{t("people.never")}</>;
  }
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={formatTime(at)}>
      {formatAgo(at)}
    </time>
  );
}

/** A moment that is known to the day alone. */
export function Day(
  { at }: { readonly at: number | null | undefined },
): JSX.Element {
  if (at === null || at === undefined || !isMoment(at)) {
    return <>{t("people.never")}</>;
  }
  const day = new Date(at * 1000).toISOString().slice(0, 10);
  return <time dateTime={day} title={day}>{formatDay(at)}</time>;
}

const LAST_MOMENT = 8.64e12; // ECMA-262 §21.4.1.1, in seconds

function isMoment(at: number): boolean {
  return Number.isFinite(at) && Math.abs(at) < LAST_MOMENT;
}

interface UsageProps {
  readonly used: number;
  readonly max: number;
  readonly label: string;
}

export function Usage({ used, max, label }: UsageProps): JSX.Element {
  const top = Math.max(max, 1);
  return (
    <span class="usage">
      <meter
        aria-label={label}
        min={0}
        max={top}
        low={top * 0.8}
        high={top * 0.9}
        optimum={0}
        value={Math.min(used, top)}
      />
      <span>
        {t("people.used_of", {
          used: formatBytes(used),
          max: formatBytes(max),
        })}
      </span>
    </span>
  );
}

export function Note(
  { children }: { readonly children: ComponentChildren },
): JSX.Element {
  return <p class="note">{children}</p>;
}

/** What a screen is for, below its title. */
export function Lead(
  { children }: { readonly children: ComponentChildren },
): JSX.Element {
  return <p class="lead">{children}</p>;
}

/** What stands side by side and wraps. */
export function Row(
  { children }: { readonly children: ComponentChildren },
): JSX.Element {
  return <div class="row">{children}</div>;
}

/** Times as people say them in chats. @module */
import { currentLanguage } from "../../../panel/i18n/translate.ts";

const WEEK_DAYS = 6;

/** The hour of today, the day of this week, else the date. */
export function shortTime(seconds: number): string {
  const days = daysAgo(seconds);
  const style: Intl.DateTimeFormatOptions = days === 0
    ? { timeStyle: "short" }
    : days <= WEEK_DAYS
    ? { weekday: "short" }
    : { dateStyle: "short" };
  return new Intl.DateTimeFormat(currentLanguage(), style)
    .format(seconds * 1000);
}

export function clockTime(seconds: number): string {
  return new Intl.DateTimeFormat(currentLanguage(), { timeStyle: "short" })
    .format(seconds * 1000);
}

/** Today, yesterday, else the date. */
export function dayName(seconds: number): string {
  const days = daysAgo(seconds);
  if (days < 2) {
    return new Intl.RelativeTimeFormat(currentLanguage(), { numeric: "auto" })
      .format(-days, "day");
  }
  return new Intl.DateTimeFormat(currentLanguage(), { dateStyle: "long" })
    .format(seconds * 1000);
}

export function isSameDay(a: number, b: number): boolean {
  return new Date(a * 1000).toDateString() ===
    new Date(b * 1000).toDateString();
}

function daysAgo(seconds: number): number {
  const midnight = (ms: number) => new Date(ms).setHours(0, 0, 0, 0);
  const between = midnight(Date.now()) - midnight(seconds * 1000);
  return Math.max(0, Math.round(between / 86_400_000));
}

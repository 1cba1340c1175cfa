/** The Date field as SENTBEFORE, SENTON and SENTSINCE see it. @module */

const MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

/**
 * Days since 1970 of the date as it is written, whatever its time and zone
 * (RFC 3501 §6.4.4); undefined for what is no date.
 */
export function sentDay(field: string): number | undefined {
  const match = /(\d{1,2})\s+([A-Za-z]{3})[a-z]*\s+(\d{2,4})\b/
    .exec(field.replace(/\([^()]*\)/g, " "));
  if (!match) return undefined;
  const month = MONTHS.indexOf(match[2]!.toLowerCase()) / 3;
  if (!Number.isInteger(month) || month < 0) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(fullYear(match[3]!), month, Number(match[1]));
  return date.getTime() / 86_400_000;
}

/** RFC 5322 §4.3. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 4) return year;
  return digits.length === 2 && year < 50 ? 2000 + year : 1900 + year;
}

/**
 * The dates of IMAP (RFC 3501 §9, date and date-time), which no other protocol
 * writes this way.
 *
 * @module
 */
const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];
const DAY_SECONDS = 86_400;

/**
 * `1-Feb-1994`: days since 1970.
 *
 * @throws {SyntaxError}
 */
export function parseDate(text: string): number {
  const match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text);
  if (!match) throw new SyntaxError("Invalid date");
  return dayNumber(match[1]!, match[2]!, match[3]!);
}

/**
 * `" 5-Jan-2026 09:08:07 +0100"`, without the quotes: seconds since 1970 UTC.
 *
 * @throws {SyntaxError}
 */
export function parseDateTime(text: string): number {
  const match =
    /^( \d|\d\d)-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$/
      .exec(text);
  if (!match) throw new SyntaxError("Invalid date");
  const [, day, month, year, ...time] = match;
  const [hours, minutes, seconds, , zoneHours, zoneMinutes] = time.map(Number);
  // A leap second is 60.
  if (hours! > 23 || minutes! > 59 || seconds! > 60 || zoneMinutes! > 59) {
    throw new SyntaxError("Invalid date");
  }
  const zone = (zoneHours! * 60 + zoneMinutes!) * 60;
  return dayNumber(day!, month!, year!) * DAY_SECONDS +
    hours! * 3600 + minutes! * 60 + seconds! +
    (time[3] === "-" ? zone : -zone);
}

/** @param at Seconds since 1970 UTC. */
export function formatDateTime(at: number): string {
  const date = new Date(at * 1000);
  const day = twoDigits(date.getUTCDate());
  const year = String(date.getUTCFullYear()).padStart(4, "0");
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()];
  return `"${day}-${MONTHS[date.getUTCMonth()]}-${year} ${
    time.map(twoDigits).join(":")
  } +0000"`;
}

function dayNumber(day: string, name: string, year: string): number {
  const month = MONTHS.findIndex((m) => m.toLowerCase() === name.toLowerCase());
  const date = new Date(0);
  date.setUTCFullYear(Number(year), month, Number(day));
  if (month < 0 || date.getUTCDate() !== Number(day)) {
    throw new SyntaxError("Invalid date");
  }
  return date.getTime() / 1000 / DAY_SECONDS;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}

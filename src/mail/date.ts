/**
 * Dates of headers (RFC 5322 §3.3) and of IMAP (RFC 3501 §9).
 *
 * @module
 */
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");

/** RFC 5322 §4.3; zones that are not here mean UTC, as it says. */
const ZONES: Readonly<Record<string, number>> = {
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};
const MAX_TEXT = 200;

/** A moment, and how far the clock that showed it was ahead of UTC. */
export interface ZonedTime {
  /** Seconds since 1970 UTC. */
  readonly seconds: number;
  readonly offsetMinutes: number;
}

/**
 * Reads a Date field, obsolete forms included (RFC 5322 §4.3).
 *
 * @throws {SyntaxError} if it is no date
 */
export function parseMailDate(text: string): ZonedTime {
  const match =
    /^(?:[a-z]{3},? *)?(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{2,4}) +(\d{1,2}):(\d{2})(?::(\d{2}))?(?: *([+-]\d{4}|[a-z]{1,5}))?$/i
      .exec(withoutComments(text.slice(0, MAX_TEXT)));
  if (!match) throw new SyntaxError("Cannot read date");
  const [, day, month, year, hour, minute, second, zone] = match;
  const offsetMinutes = parseZone(zone ?? "+0000");
  const local = utcSeconds(
    { year: fullYear(year!), month: month!, day: Number(day) },
    [Number(hour), Number(minute), Number(second ?? 0)],
  );
  return { seconds: local - 60 * offsetMinutes, offsetMinutes };
}

/** A Date field in UTC (RFC 5322 §3.3). */
export function formatMailDate(seconds: number): string {
  const date = new Date(1000 * seconds);
  const day = DAYS[date.getUTCDay()];
  const month = MONTHS[date.getUTCMonth()];
  return `${day}, ${date.getUTCDate()} ${month} ${date.getUTCFullYear()} ${
    clock(date)
  } +0000`;
}

/**
 * Reads an IMAP date-time, without its quotes: `05-Jan-2026 09:08:07 +0000`.
 *
 * @returns Seconds since 1970 UTC.
 * @throws {SyntaxError} if it is none
 */
export function parseImapDateTime(text: string): number {
  const match =
    /^([ \d]\d)-([a-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-]\d{4})$/i
      .exec(text);
  if (!match) throw new SyntaxError("Cannot read date and time");
  const [, day, month, year, hour, minute, second, zone] = match;
  const local = utcSeconds(
    { year: Number(year), month: month!, day: Number(day) },
    [Number(hour), Number(minute), Number(second)],
  );
  return local - 60 * parseZone(zone!);
}

/** An IMAP date-time in UTC, without quotes. */
export function formatImapDateTime(seconds: number): string {
  const date = new Date(1000 * seconds);
  const day = twoDigits(date.getUTCDate());
  const month = MONTHS[date.getUTCMonth()];
  const year = String(date.getUTCFullYear()).padStart(4, "0");
  return `${day}-${month}-${year} ${clock(date)} +0000`;
}

/**
 * Reads an IMAP date, without quotes: `1-Jan-2026`.
 *
 * @returns Days since 1970.
 * @throws {SyntaxError} if it is none
 */
export function parseImapDate(text: string): number {
  const match = /^(\d{1,2})-([a-z]{3})-(\d{4})$/i.exec(text);
  if (!match) throw new SyntaxError("Cannot read date");
  const [, day, month, year] = match;
  const date = { year: Number(year), month: month!, day: Number(day) };
  return utcSeconds(date, [0, 0, 0]) / 86_400;
}

/** The day that a clock in the sender's zone showed, as SEARCH compares it. In days since 1970. */
export function localDay({ seconds, offsetMinutes }: ZonedTime): number {
  return Math.floor((seconds + 60 * offsetMinutes) / 86_400);
}

function utcSeconds(
  { year, month, day }: { year: number; month: string; day: number },
  [hour, minute, second]: readonly [number, number, number],
): number {
  const name = month.charAt(0).toUpperCase() + month.slice(1).toLowerCase();
  const index = MONTHS.indexOf(name);
  // A minute may have a leap second (RFC 5322 §3.3).
  if (index < 0 || hour > 23 || minute > 59 || second > 60 || day < 1) {
    throw new SyntaxError("Cannot read date: no such time");
  }
  const date = new Date(0);
  date.setUTCFullYear(year, index, day);
  if (date.getUTCMonth() !== index) {
    throw new SyntaxError("Cannot read date: no such day");
  }
  return date.getTime() / 1000 + 3600 * hour + 60 * minute + second;
}

/** RFC 5322 §4.3. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 4) return year;
  return text.length === 2 && year < 50 ? 2000 + year : 1900 + year;
}

/** Minutes ahead of UTC. */
function parseZone(zone: string): number {
  const match = /^([+-])(\d{2})([0-5]\d)$/.exec(zone);
  if (match) {
    const minutes = 60 * Number(match[2]) + Number(match[3]);
    return match[1] === "-" ? -minutes : minutes;
  }
  if (/^[+-]/.test(zone)) throw new SyntaxError("Cannot read time zone");
  return ZONES[zone.toUpperCase()] ?? 0;
}

function withoutComments(text: string): string {
  let plain = text;
  while (plain.includes("(")) {
    const less = plain.replace(/\([^()]*\)/g, " ");
    if (less === plain) break;
    plain = less;
  }
  return plain.replace(/[ \t\r\n]+/g, " ").trim();
}

function clock(date: Date): string {
  return [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
    .map(twoDigits).join(":");
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

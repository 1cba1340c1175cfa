/**
 * Durations as people write them: `20d`, `1d12h`, `90`. A bare integer is
 * seconds. Values are whole seconds everywhere.
 *
 * @module
 */
const SECONDS = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 } as const;
/** A hundred years: more is a mistake. */
const LONGEST = 36_525 * SECONDS.d;

/**
 * Seconds of a duration.
 *
 * @throws {SyntaxError} if the text is not a duration
 * @throws {RangeError} above a hundred years
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  if (!/^(?:\d{1,12}|(?:\d{1,12}[wdhms])+)$/.test(trimmed)) {
    throw new SyntaxError(
      `Cannot read "${clip(text)}": write 20d, 12h, 1d12h, 5m or 30s`,
    );
  }
  let seconds = 0;
  for (const [, count, unit] of trimmed.matchAll(/(\d+)([wdhms]?)/g)) {
    seconds += Number(count) * SECONDS[(unit || "s") as keyof typeof SECONDS];
  }
  if (seconds > LONGEST) {
    throw new RangeError(`"${trimmed}" is longer than 100 years`);
  }
  return seconds;
}

/**
 * What a person types has a unit: whoever writes 10 for days would get seconds,
 * and mail of that age is deleted. 0 is the same in every unit.
 *
 * @throws {SyntaxError} if the text is a number alone
 */
export function checkUnit(text: string): void {
  const number = text.trim();
  if (!/^\d{1,12}$/.test(number) || Number(number) === 0) return;
  throw new SyntaxError(
    `"${number}" has no unit: write ${number}d for days, ${number}h for hours or ${number}s for seconds`,
  );
}

/** Shortest text that parses to the same number of seconds. */
export function formatDuration(seconds: number): string {
  let left = seconds;
  let text = "";
  for (const [unit, size] of Object.entries(SECONDS)) {
    // weeks only where nothing else is needed: 20d reads better than 2w6d
    if (unit === "w" && left % size !== 0) continue;
    const count = Math.floor(left / size);
    if (count > 0) text += `${count}${unit}`;
    left -= count * size;
  }
  return text || "0s";
}

export function days(count: number): number {
  return count * SECONDS.d;
}

export function hours(count: number): number {
  return count * SECONDS.h;
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

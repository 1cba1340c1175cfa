/**
 * Sizes as people write them: `100M`, `1.5 GiB`, `200000`. All units are powers
 * of 1024, a bare integer is octets.
 *
 * @module
 */
const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
};

/**
 * Octets of a size.
 *
 * @throws {SyntaxError} if the text is not a size
 * @throws {RangeError} if it is not exact
 */
export function parseSize(text: string): number {
  const match = /^(\d{1,15})(\.\d{1,9})? ?(?:(b?)|([kmg])(?:i?b)?)$/i.exec(
    text.trim(),
  );
  if (!match || (match[2] && !match[4])) {
    const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
    throw new SyntaxError(
      `Cannot read "${shown}": write 100M, 1.5G, 64K or 200000`,
    );
  }
  const factor = FACTORS[(match[4] ?? "").toLowerCase()] ?? 1;
  const octets = Math.round(Number(match[1] + (match[2] ?? "")) * factor);
  if (!Number.isSafeInteger(octets)) {
    throw new RangeError(`"${text.trim()}" is too large`);
  }
  return octets;
}

/** Fewer octets than any size that somebody wants: a unit was forgotten. */
const LEAST_OCTETS = 65_536;

/**
 * What a person types has a unit, unless it is a number of octets that can be
 * meant: whoever writes 5 for gigabytes would have full mailboxes emptied. 0 is
 * the same in every unit.
 *
 * @throws {SyntaxError} if the text is a small number alone
 */
export function checkSizeUnit(text: string): void {
  const number = text.trim();
  if (!/^\d{1,15}$/.test(number)) return;
  if (Number(number) === 0 || Number(number) >= LEAST_OCTETS) return;
  throw new SyntaxError(
    `"${number}" has no unit: write ${number}G, ${number}M or ${number}K, or ${number}B for octets`,
  );
}

/** Shortest exact text: `100M`, `200000`. */
export function formatSize(octets: number): string {
  for (const unit of ["G", "M", "K"]) {
    const factor = FACTORS[unit.toLowerCase()] ?? 1;
    if (octets > 0 && octets % factor === 0) return `${octets / factor}${unit}`;
  }
  return String(octets);
}

/** For reading, so rounded: `1.5 GiB`. */
export function roundedSize(octets: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = octets;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/**
 * Sets of sequence numbers or UIDs (RFC 3501 §9, sequence-set). They stay
 * ranges: `1:*` costs the same in a mailbox of one and of a million messages.
 *
 * @module
 */

/** As written: not sorted, ends in any order, `*` still open. */
export interface SetRange {
  readonly first: number | "*";
  readonly last: number | "*";
}
export type SequenceSet = readonly SetRange[];

/** Positions in a snapshot: sequence numbers from `first` to `last`, both included. */
export interface PositionRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The messages that a set of sequence numbers means: ascending, not overlapping.
 *
 * @throws {SyntaxError} a number over `exists`
 */
export function positionsOfNumbers(
  set: SequenceSet,
  exists: number,
): PositionRange[] {
  return merged(set.map((range) => {
    const { first, last } = closed(range, exists);
    if (last > exists || first < 1) throw new SyntaxError("Invalid sequence");
    return { first, last };
  }));
}

/** The same for a search, where a number over `exists` is just found nowhere. */
export function positionsWithin(
  set: SequenceSet,
  exists: number,
): PositionRange[] {
  const found = set.map((range) => closed(range, exists))
    .map(({ first, last }) => ({ first, last: Math.min(last, exists) }));
  return merged(found.filter(({ first, last }) => first >= 1 && first <= last));
}

/**
 * The messages that a set of UIDs means, of those in the snapshot: ascending,
 * not overlapping. UIDs of no message are left out (RFC 3501 §6.4.8).
 *
 * @param uids Ascending.
 */
export function positionsOfUids(
  set: SequenceSet,
  uids: Uint32Array,
): PositionRange[] {
  const newest = uids.at(-1);
  if (newest === undefined) return [];
  const found: PositionRange[] = [];
  for (const range of set) {
    const { first, last } = closed(range, newest);
    const from = countBelow(uids, first) + 1;
    const to = countBelow(uids, last + 1);
    if (from <= to) found.push({ first: from, last: to });
  }
  return merged(found);
}

/** How many messages the positions mean. */
export function countOf(ranges: readonly PositionRange[]): number {
  return ranges.reduce((count, { first, last }) => count + last - first + 1, 0);
}

/** How many of the ascending numbers are smaller than `limit`. */
export function countBelow(numbers: Uint32Array, limit: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Writes ascending numbers as a set: `1:3,7`. Of none it is empty, which is no set. */
export function formatSet(numbers: Iterable<number>): string {
  const parts: string[] = [];
  let first = 0;
  let last = 0;
  for (const number of numbers) {
    if (number === last + 1 && first > 0) last = number;
    else {
      if (first > 0) parts.push(formatRange(first, last));
      first = last = number;
    }
  }
  if (first > 0) parts.push(formatRange(first, last));
  return parts.join(",");
}

function formatRange(first: number, last: number): string {
  return first === last ? String(first) : `${first}:${last}`;
}

function closed({ first, last }: SetRange, newest: number): PositionRange {
  const a = first === "*" ? newest : first;
  const b = last === "*" ? newest : last;
  return a <= b ? { first: a, last: b } : { first: b, last: a };
}

function merged(ranges: PositionRange[]): PositionRange[] {
  if (ranges.length < 2) return ranges;
  const sorted = ranges.sort((a, b) => a.first - b.first);
  const out: PositionRange[] = [];
  let current = sorted[0]!;
  for (const next of sorted.slice(1)) {
    if (next.first <= current.last + 1) {
      if (next.last > current.last) {
        current = { first: current.first, last: next.last };
      }
    } else {
      out.push(current);
      current = next;
    }
  }
  out.push(current);
  return out;
}

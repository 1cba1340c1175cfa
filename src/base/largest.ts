/** The few largest of many, in one walk and without sorting all of them. @module */

/** The largest first; of equal ones, those that came first. */
export function largestOf<T>(
  all: Iterable<T>,
  count: number,
  sizeOf: (one: T) => number,
): T[] {
  const found: { readonly one: T; readonly size: number }[] = [];
  if (count <= 0) return [];
  for (const one of all) {
    const size = sizeOf(one);
    if (found.length === count && size <= found.at(-1)!.size) continue;
    let low = 0;
    for (let high = found.length; low < high;) {
      const middle = (low + high) >> 1;
      if (found[middle]!.size >= size) low = middle + 1;
      else high = middle;
    }
    found.splice(low, 0, { one, size });
    if (found.length > count) found.pop();
  }
  return found.map(({ one }) => one);
}

/** Whether two files are the same octets. @module */
const PIECE = 1024 * 1024;

/** @param one path of a file; so is `other` */
export async function sameContent(
  one: string,
  other: string,
): Promise<boolean> {
  using first = await Deno.open(one);
  using second = await Deno.open(other);
  const [a, b] = [await first.stat(), await second.stat()];
  if (a.dev === b.dev && a.ino === b.ino) return true;
  if (a.size !== b.size) return false;
  const left = new Uint8Array(PIECE);
  const right = new Uint8Array(PIECE);
  for (;;) {
    const count = await fill(first, left);
    if (count !== await fill(second, right)) return false;
    if (count === 0) return true;
    for (let at = 0; at < count; at++) {
      if (left[at] !== right[at]) return false;
    }
  }
}

async function fill(file: Deno.FsFile, buffer: Uint8Array): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const count = await file.read(buffer.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return filled;
}

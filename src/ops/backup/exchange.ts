/** Two directories change names, at one moment: renameat2(2) with RENAME_EXCHANGE. @module */
import { openLibrary } from "../../net/descriptors/c_library.ts";

const HERE = -100; // AT_FDCWD
const RENAME_EXCHANGE = 2; // linux/fs.h

/** Says whether that was done: neither every kernel nor every file system does it. */
export function exchangeNames(one: string, other: string): boolean {
  const library = openLibrary({
    renameat2: {
      parameters: ["i32", "buffer", "i32", "buffer", "u32"],
      result: "i32",
    },
  });
  return library?.renameat2(
    HERE,
    cString(one),
    HERE,
    cString(other),
    RENAME_EXCHANGE,
  ) === 0;
}

function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}

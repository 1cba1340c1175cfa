/**
 * Paths that can name nothing: refused before any route or file is looked for, so
 * that none of them has to think of it.
 *
 * @module
 */

// deno-lint-ignore no-control-regex
const NOT_IN_NAMES = /[\x00-\x1f\x7f\\]/;

/** Whether its escapes are UTF-8, without control characters and backslashes. */
export function isReadablePath(pathname: string): boolean {
  try {
    return !NOT_IN_NAMES.test(decodeURIComponent(pathname));
  } catch {
    return false;
  }
}

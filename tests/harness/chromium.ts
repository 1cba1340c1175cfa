/** Debian's Chromium, for tests that are left out where it is not. @module */

export const CHROMIUM = "/usr/bin/chromium";

export function isInstalled(): boolean {
  try {
    return Deno.statSync(CHROMIUM).isFile;
  } catch {
    return false;
  }
}

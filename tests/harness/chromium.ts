/** Debian's Chromium, for tests that are left out where it is not. @module */
import { type Browser, chromium } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
/** Until it has started: a machine may be slow. */
const START_MS = 120_000;

/** @param more of its command line */
export function launch(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", ...more],
    timeout: START_MS,
  });
}

export function isInstalled(): boolean {
  try {
    return Deno.statSync(CHROMIUM).isFile;
  } catch {
    return false;
  }
}

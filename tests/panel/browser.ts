/// <reference lib="dom" />
/**
 * The panel of a real server in Debian's Chromium. Whatever the browser
 * complains of is a fault of the test: errors of scripts, of the console, of
 * the content security policy.
 *
 * @module
 */
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";
import { adminToken } from "../harness/admin_client.ts";
import type { Server } from "../harness/server.ts";
import { CHROMIUM } from "../harness/chromium.ts";
export { isInstalled } from "../harness/chromium.ts";

/** More TOML of a server that shows its panel. */
export const WITH_PANEL = "[admin]\nweb_enabled = true\n";

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox"],
  });
}

export interface View {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser has complained of. */
  readonly faults: string[];
  /** Of the panel, without a slash at its end. */
  readonly base: string;
}

export type Look = Pick<
  BrowserContextOptions,
  "viewport" | "colorScheme" | "locale" | "isMobile" | "hasTouch"
>;

export const DESKTOP: Look = {
  viewport: { width: 1280, height: 900 },
  colorScheme: "light",
  locale: "en",
};
export const PHONE: Look = {
  viewport: { width: 320, height: 640 },
  isMobile: true,
  hasTouch: true,
  colorScheme: "dark",
  locale: "en",
};

export async function open(
  browser: Browser,
  server: Server,
  look: Look = DESKTOP,
): Promise<View> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    reducedMotion: "reduce",
    ...look,
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      faults.push(`console: ${message.text()}`);
    }
  });
  const port = server.ports.https;
  return { context, page, faults, base: `https://127.0.0.1:${port}/admin` };
}

/** As a person does it: with the token, in the field. */
export async function logIn(
  { page, base }: View,
  server: Server,
  path = "/",
): Promise<void> {
  await page.goto(base + path);
  await page.locator("input[type=password]").fill(await adminToken(server));
  await page.locator("button[type=submit]").click();
  await page.locator(".shell").waitFor();
}

/** What was asked for has come. */
export async function settled(page: Page): Promise<void> {
  await page.locator("main h1").waitFor();
  await page.waitForFunction(() =>
    document.querySelector(".skeleton") === null
  );
}

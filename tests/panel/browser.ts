/// <reference lib="dom" />
/**
 * The panel of a real server in Debian's Chromium. Whatever the browser
 * complains of is a fault of the test: errors of scripts, of the console, of
 * the content security policy.
 *
 * @module
 */
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Page,
} from "playwright-core";
import { adminToken } from "../harness/admin_client.ts";
import type { Server } from "../harness/server.ts";
export { isInstalled, launch } from "../harness/chromium.ts";

/** More TOML of a server that shows its panel. */
export const WITH_PANEL = "[admin]\nweb_enabled = true\n";

/** Of a step that waits for a state: a machine may be slow. */
export const LIMIT_MS = 60_000;

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
  context.setDefaultTimeout(LIMIT_MS);
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

/** As somebody types who knows where to go: the second key counts for a while. */
export async function goByKeys(page: Page, key: string): Promise<void> {
  await Promise.all([page.keyboard.press("g"), page.keyboard.press(key)]);
}

/** On one line, for whoever reads why a test has failed. */
export async function sees({ page, faults }: View): Promise<string> {
  const shown = await page.evaluate(() => {
    const fields = [...document.querySelectorAll("input, select, textarea")]
      .map((field) => {
        const { labels, value, type } = field as HTMLInputElement;
        const name = labels?.[0]?.textContent ?? field.className;
        return type === "password" ? name : `${name}=${value}`;
      });
    const switches = [...document.querySelectorAll("[role=switch]")].map((
      one,
    ) =>
      `${one.previousElementSibling?.textContent}=${
        one.getAttribute("aria-checked")
      }`
    );
    const text = document.body.innerText;
    return [location.href, text, ...fields, ...switches].join("\n");
  }).catch(String);
  return [shown, ...faults].join("\n").replace(/\s*\n\s*/g, " | ");
}

export async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!await isSo()) {
    if (performance.now() > end) throw new Error("it never came to be so");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What is under way in the page has been drawn. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(() =>
    new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
  );
}

/** What was asked for has come. */
export async function settled(page: Page): Promise<void> {
  await page.locator("main h1").waitFor();
  await page.waitForFunction(() =>
    document.querySelector(".skeleton") === null
  );
}

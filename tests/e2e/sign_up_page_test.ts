/**
 * The sign-up page in a real browser: Debian's Chromium, with and without
 * scripts. Skipped where there is none.
 */
import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { Server } from "../harness/server.ts";
import { isInstalled, launch } from "../harness/chromium.ts";
import { LIMIT_MS } from "../harness/until.ts";

const VIEWS: readonly [string, BrowserContextOptions][] = [
  ["desktop", { viewport: { width: 1100, height: 900 } }],
  ["dark", { colorScheme: "dark" }],
  ["phone", { viewport: { width: 360, height: 740 }, isMobile: true }],
  ["without scripts", { javaScriptEnabled: false }],
];

async function signUp(
  { browser, server, view: [name, options] }: {
    readonly browser: Browser;
    readonly server: Server;
    readonly view: (typeof VIEWS)[number];
  },
): Promise<void> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) {
      faults.push(message.text());
    }
  });
  const base = `https://127.0.0.1:${server.ports.https}`;
  await page.goto(`${base}/new?token=nothing`);
  assert.equal(await page.inputValue("#token"), "nothing");
  assert.ok(await page.isVisible("#token"));
  await page.goto(base);
  const { scrollWidth, clientWidth } = await page.locator("html").evaluate(
    ({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }),
  );
  assert.ok(scrollWidth <= clientWidth, "nothing is wider than the screen");
  await page.click("summary");
  await page.fill("#username", `ann.${name.length}`);
  await page.fill("#password", "short");
  await page.click("button[type=submit]");
  assert.match(
    await page.textContent("[role=alert]") ?? "",
    /at least 9 characters/,
  );
  assert.equal(await page.inputValue("#username"), `ann.${name.length}`);
  await page.locator("#password").waitFor();
  await page.fill("#password", "long enough");
  await page.click("button[type=submit]");
  await page.waitForURL(/\/new\/[\w-]{24}$/);
  await page.locator(".qr svg").waitFor();
  await page.reload();
  assert.equal(await page.textContent("h1"), "Nothing to see here any more");
  assert.deepEqual(faults, []);
  await context.close();
}

Deno.test({
  name: "the sign-up page in Chromium",
  ignore: !isInstalled(),
  async fn(t) {
    const server = await Server.start();
    const browser = await launch();
    try {
      for (const view of VIEWS) {
        await t.step(view[0], () => signUp({ browser, server, view }));
      }
      const accounts = JSON.parse(
        await server.command("accounts", "list", "--json"),
      ).data;
      assert.equal(accounts.total, VIEWS.length);
    } finally {
      await browser.close();
      await server.dispose();
    }
  },
});

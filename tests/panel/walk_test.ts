/// <reference lib="dom" />
/**
 * Every screen of the panel, as the navigation has them: on a desktop and on the
 * narrowest phone, light and dark, from left to right and from right to left.
 */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { Server } from "../harness/server.ts";
import { violations } from "./axe.ts";
import {
  DESKTOP,
  isInstalled,
  launch,
  logIn,
  type Look,
  open,
  PHONE,
  settled,
  WITH_PANEL,
} from "./browser.ts";

const LOOKS: readonly (readonly [string, Look])[] = [
  ["desktop, light, English", DESKTOP],
  ["desktop, dark, Persian", { ...DESKTOP, colorScheme: "dark", locale: "fa" }],
  ["phone, light, Russian", { ...PHONE, colorScheme: "light", locale: "ru" }],
  ["phone, dark, Persian", { ...PHONE, locale: "fa" }],
];
const MIN_SCREENS = 10;

async function walk(browser: Browser, server: Server, look: Look) {
  const view = await open(browser, server, look);
  const { page, faults, base, context } = view;
  await page.goto(`${base}/`);
  await page.locator("input[type=password]").waitFor();
  assert.deepEqual(await violations(page), [], "login");
  await logIn(view, server);
  await settled(page);
  const html = page.locator("html");
  assert.equal(await html.getAttribute("lang"), look.locale);
  assert.equal(
    await html.getAttribute("dir"),
    look.locale === "fa" ? "rtl" : "ltr",
  );
  const paths = await page.locator("#navigation a").evaluateAll((links) =>
    links.map((link) => (link as HTMLAnchorElement).getAttribute("href")!)
  );
  assert.ok(paths.length >= MIN_SCREENS, paths.join(" "));
  for (const path of paths) {
    await page.goto(new URL(path, base).href);
    await settled(page);
    const heading = await page.locator("main h1").textContent();
    assert.ok(heading?.trim(), path);
    assert.doesNotMatch(heading ?? "", /^\w+(?:\.\w+)+$/, "a key is no title");
    const text = await page.locator("main").innerText();
    // a key of the catalogue that has no words
    assert.doesNotMatch(text, /(?:^|\s)[a-z]+(?:\.[a-z_]+){2,}(?:\s|$)/, path);
    assert.equal(await page.locator(".failure").count(), 0, `${path}: ${text}`);
    assert.deepEqual(await violations(page), [], path);
    const [wide, shown] = await html.evaluate(
      ({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth],
    );
    assert.ok(wide! <= shown!, `${path} is ${wide} wide on ${shown}`);
    const bar = await page.locator(".bar").boundingBox();
    assert.equal(bar?.y, 0, `${path} has nothing above its bar`);
  }
  assert.deepEqual(faults, []);
  await context.close();
}

/** Two ends in one browser, which may reach each other through the relay alone. */
async function testCalls(browser: Browser, server: Server) {
  const view = await open(browser, server);
  const { page, faults, context } = view;
  await logIn(view, server, "/services");
  await page.getByRole("button", { name: "Test from this browser" }).click();
  await page.getByText("There and back").waitFor();
  await page.getByRole("button", { name: "Test on the server" }).click();
  await page.getByText("Good", { exact: true }).first().waitFor();
  assert.equal(await page.locator(".failure").count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
}

Deno.test({
  name: "every screen of the panel, looked at",
  ignore: !isInstalled(),
  async fn(t) {
    const server = await Server.start({ config: WITH_PANEL, turn: true });
    const browser = await launch();
    try {
      for (const [name, look] of LOOKS) {
        await t.step(name, () => walk(browser, server, look));
      }
      await t.step(
        "calls are tested from the browser",
        () => testCalls(browser, server),
      );
    } finally {
      await browser.close();
      await server.dispose();
    }
  },
});

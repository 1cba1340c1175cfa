/**
 * The public pages in a real browser: every one in every language, wide and
 * narrow, with and without scripts; what tools for accessibility say of them;
 * and their QR codes, read by a decoder that is not ours. Skipped where there is
 * no Chromium.
 */
import assert from "node:assert/strict";
import axe from "axe-core";
import jsQR from "jsqr";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { TOPICS } from "../../web/guide/topics.ts";
import { LANGUAGES } from "../../web/i18n/languages.ts";
import { Server } from "../harness/server.ts";
import { CONTACT, GROUP } from "../harness/test_shares.ts";
import { isInstalled, launch } from "../harness/chromium.ts";

/** Of a step that waits for a state: a machine may be slow. */
const LIMIT_MS = 60_000;
const PATHS = [
  "/",
  "/new",
  "/info",
  "/privacy",
  "/security",
  "/deploy",
  "/account",
  "/share",
  "/share/edit?slug=ann",
  "/ann",
  "/inv/welcome1",
  "/inv/nothing",
  "/inv/",
  "/docs/",
  "/docs/accounts",
  "/docs/federation",
  "/no/such/page",
];
const VIEWS: readonly [string, BrowserContextOptions][] = [
  ["wide", { viewport: { width: 1100, height: 900 } }],
  ["narrow", { viewport: { width: 320, height: 640 }, isMobile: true }],
  ["dark", { viewport: { width: 800, height: 900 }, colorScheme: "dark" }],
  [
    "without scripts",
    { viewport: { width: 360, height: 740 }, javaScriptEnabled: false },
  ],
];

interface Visited {
  readonly page: Page;
  /** What should not have happened, as it comes. */
  readonly faults: string[];
  close(): Promise<void>;
}

async function opened(
  browser: Browser,
  base: string,
  options: BrowserContextOptions,
): Promise<Visited> {
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
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(base) && !url.startsWith("data:")) faults.push(url);
  });
  return { page, faults, close: () => context.close() };
}

async function checkLayout(page: Page, path: string): Promise<void> {
  const { scrollWidth, clientWidth } = await page.locator("html").evaluate(
    ({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }),
  );
  assert.ok(scrollWidth <= clientWidth, `${path} is wider than the screen`);
  const cut = await page.locator(".bar a").evaluateAll(
    (links, width) =>
      links.filter((link) => {
        const { left, right } = link.getBoundingClientRect();
        return left < 0 || right > width;
      }).map(({ textContent }) => textContent),
    clientWidth,
  );
  assert.deepEqual(cut, [], `the menu of ${path} is cut`);
}

/** What of it hinders people, by the rules of axe. */
async function hindrances(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] })",
  ) as axe.AxeResults;
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) =>
      `${id}: ${nodes.map(({ html }) => html).join(" ")}`
    );
}

/** In the page: a picture as its points. */
const DRAW = `async (svg) => {
  const image = new Image();
  image.src = "data:image/svg+xml;base64," + btoa(svg);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 600;
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, 600, 600);
  return [...context.getImageData(0, 0, 600, 600).data];
}`;

/** Drawn by the browser, read by the decoder. */
async function decoded(page: Page, svg: string): Promise<string | undefined> {
  const points = await page.evaluate(
    `(${DRAW})(${JSON.stringify(svg)})`,
  ) as number[];
  const decode = jsQR as unknown as typeof jsQR.default;
  return decode(Uint8ClampedArray.from(points), 600, 600)?.data;
}

async function readInLanguage(
  browser: Browser,
  base: string,
  language: string,
): Promise<void> {
  for (const [name, options] of VIEWS) {
    const { page, faults, close } = await opened(browser, base, options);
    for (const path of PATHS) {
      await page.goto(`${base}${path}?lang=${language}`);
      const where = `${path} in ${language}, ${name}`;
      const html = page.locator("html");
      assert.equal(await html.getAttribute("lang"), language, where);
      const dir = language === "fa" ? "rtl" : "ltr";
      assert.equal(await html.getAttribute("dir"), dir, where);
      assert.equal(await page.locator("h1").count(), 1, where);
      await checkLayout(page, where);
      if (name === "narrow" || name === "dark") {
        assert.deepEqual(await hindrances(page), [], where);
      }
      assert.deepEqual(faults, [], where);
    }
    // it was chosen, and stays
    await page.goto(`${base}/info`);
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    await close();
  }
}

/** Every topic on a phone, where tables and commands are widest. */
async function readTopics(
  browser: Browser,
  base: string,
  language: string,
): Promise<void> {
  const { page, faults, close } = await opened(browser, base, {
    viewport: { width: 390, height: 844 },
    isMobile: true,
  });
  for (const { name } of TOPICS) {
    await page.goto(`${base}/docs/${name}?lang=${language}`);
    const where = `${name} in ${language}`;
    assert.equal(await page.locator("h1").count(), 1, where);
    await checkLayout(page, where);
    assert.deepEqual(await hindrances(page), [], where);
  }
  assert.deepEqual(faults, []);
  await close();
}

/** What a form of another page, an old one or a wrong one, is answered with. */
const REFUSED: readonly (readonly [number, string, string])[] = [
  [400, "/share", "url=https%3A%2F%2Fevil.example%2F"],
  [405, "/info", "url=x"],
  [413, "/share", `url=${"x".repeat(300_000)}`],
];

async function readRefusals(
  browser: Browser,
  base: string,
  language: string,
): Promise<void> {
  const { page, faults, close } = await opened(browser, base, {
    viewport: { width: 390, height: 844 },
    isMobile: true,
    colorScheme: "dark",
  });
  await page.goto(`${base}/?lang=${language}`);
  for (const [status, path, body] of REFUSED) {
    const where = `${status} in ${language}`;
    await page.route(`${base}${path}`, (route) =>
      route.continue({
        method: "POST",
        postData: body,
        headers: {
          ...route.request().headers(),
          "content-type": "application/x-www-form-urlencoded",
          origin: base,
        },
      }));
    const answer = await page.goto(`${base}${path}`);
    await page.unroute(`${base}${path}`);
    assert.equal(answer?.status(), status, where);
    const html = page.locator("html");
    assert.equal(await html.getAttribute("lang"), language, where);
    assert.equal(await page.locator("h1").count(), 1, where);
    await checkLayout(page, where);
    assert.deepEqual(await hindrances(page), [], where);
  }
  assert.deepEqual(faults, []);
  await close();
}

/** On the page of a link of his own. */
async function changeWithoutScripts(
  page: Page,
  base: string,
  key: string,
): Promise<void> {
  await page.click("a[href^='/share/edit']");
  assert.equal(await page.inputValue("#change_slug"), "bikes");
  await page.fill("#change_key", key);
  await page.fill("#name", "Night riders");
  await page.click("button[value=change]");
  const link = await page.getAttribute("[role=status] a", "href") ?? "";
  assert.equal(new URL(link).pathname, "/bikes");
  await page.goto(`${base}/bikes`);
  assert.match(await page.textContent("h1") ?? "", /Group “Night riders”/);
  await page.click("a[href^='/share/edit']");
  await page.fill("#delete_key", "wrong");
  await page.check("#sure");
  await page.click("button[value=delete]");
  assert.match(await page.textContent("[role=alert]") ?? "", /not the key/);
  await page.fill("#delete_key", key);
  await page.check("#sure");
  await page.click("button[value=delete]");
  assert.match(await page.textContent("[role=status]") ?? "", /deleted/);
}

async function shareWithoutScripts(
  browser: Browser,
  base: string,
): Promise<void> {
  const { page, faults, close } = await opened(browser, base, {
    javaScriptEnabled: false,
  });
  await page.goto(`${base}/share`);
  await page.fill("#url", "https://evil.example/");
  await page.click("button[type=submit]");
  assert.match(
    await page.textContent("[role=alert]") ?? "",
    /not an invite link/,
  );
  assert.equal(await page.inputValue("#url"), "https://evil.example/");
  await page.fill("#url", GROUP);
  await page.fill("#slug", "bikes");
  await page.click("button[type=submit]");
  const made = page.locator("main").filter({ hasText: /[0-9a-f]{32}/ });
  const [key = ""] = /[0-9a-f]{32}/.exec(await made.textContent() ?? "") ?? [];
  await page.goto(`${base}/BIKES`);
  assert.match(await page.textContent("h1") ?? "", /Group “Bike <club>”/);
  await changeWithoutScripts(page, base, key);
  assert.deepEqual(faults, []);
  await close();
}

async function readCodes(browser: Browser, base: string): Promise<void> {
  const { page, close } = await opened(browser, base, {});
  await page.goto(`${base}/ann`);
  const invite = await page.locator("a.plain").first().getAttribute("href");
  const shown = await page.locator(".qr").innerHTML();
  const file = await page.evaluate(async () =>
    await (await fetch("/qr/ann.svg")).text()
  );
  await page.goto(`${base}/new`);
  await page.click("button[type=submit]");
  await page.waitForURL(/\/new\/[\w-]+$/); // the page before has codes, too
  const login = await page.locator("[data-opens-app]").getAttribute("href");
  const account = await page.locator(".qr").innerHTML();
  await page.goto("about:blank");
  assert.ok(invite);
  assert.equal(await decoded(page, shown), invite);
  assert.match(await decoded(page, file) ?? "", /^https:\/\/[^/]+\/ann$/);
  assert.match(login ?? "", /^dclogin:/);
  assert.equal(await decoded(page, account), login);
  await close();
}

async function search(browser: Browser, base: string): Promise<void> {
  const { page, faults, close } = await opened(browser, base, {});
  await page.goto(`${base}/docs/?lang=en`);
  const asked: string[] = [];
  page.on("request", (request) => {
    if (/\/docs\//.test(request.url())) asked.push(request.url());
  });
  await page.route("**/docs/search.json*", (route) => route.abort());
  await page.fill("#search", "quota");
  await page.getByText("cannot be loaded").waitFor();
  await page.unroute("**/docs/search.json*");
  asked.length = 0;
  faults.length = 0; // that the request was ended is told there
  await page.fill("#search", "");
  await page.locator("#search").pressSequentially("invitation token");
  await page.waitForSelector("[data-results] li a");
  await page.fill("#search", "quota");
  await page.waitForSelector("[data-results] a[href*='/docs/maintenance']");
  assert.equal(asked.length, 1, "what there is to be found is fetched once");
  await page.fill("#search", "xyzzyplugh");
  await page.waitForFunction(
    `/Nothing/.test(document.querySelector("[data-results]").textContent)`,
  );
  assert.deepEqual(faults, []);
  await close();
  const plain = await opened(browser, base, { javaScriptEnabled: false });
  await plain.page.goto(`${base}/docs/general?lang=en`);
  await plain.page.fill("#search", "quota");
  await plain.page.click("search button");
  await plain.page.waitForSelector(
    "[data-results] a[href*='/docs/maintenance']",
  );
  assert.equal(await plain.page.inputValue("#search"), "quota");
  assert.deepEqual(plain.faults, []);
  await plain.close();
}

/** There where it can be done, and said when it is. */
async function copy(browser: Browser, base: string): Promise<void> {
  const { page, faults, close } = await opened(browser, base, {
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const button = page.locator("[data-copy]").first();
  await page.goto(`${base}/ann`);
  const usual = await button.textContent();
  await Promise.all([
    button.filter({ hasText: "Copied" }).waitFor(), // it is said for a while
    button.click(),
  ]);
  assert.equal(
    await page.evaluate("navigator.clipboard.readText()"),
    await button.getAttribute("data-copy"),
  );
  await button.filter({ hasText: usual ?? "" }).waitFor();
  await page.addInitScript("delete Navigator.prototype.clipboard");
  await page.goto(`${base}/ann`);
  await page.waitForLoadState("networkidle");
  assert.equal(await button.isVisible(), false);
  assert.deepEqual(faults, []);
  await close();
}

/** On paper nothing scrolls, and menus lead nowhere. */
async function print(browser: Browser, base: string): Promise<void> {
  const visited = await opened(browser, base, {
    viewport: { width: 480, height: 700 },
    colorScheme: "dark",
  });
  const { page, faults } = visited;
  for (const topic of ["quick-start", "admin", "endpoint-rewrite"]) {
    await page.goto(`${base}/docs/${topic}`);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const cut = await page.locator("article pre").evaluateAll((blocks) =>
      blocks.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
        .map(({ textContent }) => textContent)
    );
    assert.deepEqual(cut, [], `commands of ${topic} are cut`);
    for (const other of await page.locator(".bar, search, footer").all()) {
      assert.equal(await other.isVisible(), false, topic);
    }
    const ink = await page.evaluate(
      "getComputedStyle(document.querySelector('article')).color",
    );
    assert.equal(ink, "rgb(0, 0, 0)", topic);
  }
  assert.deepEqual(faults, []);
  await visited.close();
}

Deno.test({
  name: "the public pages in Chromium",
  ignore: !isInstalled(),
  async fn(t) {
    const server = await Server.start();
    const browser = await launch();
    try {
      const { https } = server.ports;
      const base = `https://127.0.0.1:${https}`;
      await server.command("sharing", "create", "ann", CONTACT);
      const tokens = ["registration-tokens", "create", "--token", "welcome1"];
      await server.command(...tokens, "--max-uses", "5", "--expires", "7d");
      await server.command("config", "set", "web.pages_per_second", "0");
      await server.command("reload");
      for (const language of LANGUAGES) {
        await t.step(
          `in ${language}`,
          () => readInLanguage(browser, base, language),
        );
      }
      for (const language of LANGUAGES) {
        await t.step(
          `the whole guide in ${language}`,
          () => readTopics(browser, base, language),
        );
        await t.step(
          `what is refused in ${language}`,
          () => readRefusals(browser, base, language),
        );
      }
      await t.step(
        "a contact is shared without scripts",
        () => shareWithoutScripts(browser, base),
      );
      await t.step(
        "QR codes say what the links say",
        () => readCodes(browser, base),
      );
      await t.step("links are copied", () => copy(browser, base));
      await t.step("the guide is searched", () => search(browser, base));
      await t.step("the guide is printed", () => print(browser, base));
    } finally {
      await browser.close();
      await server.dispose();
    }
  },
});

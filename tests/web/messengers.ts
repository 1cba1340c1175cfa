/** People with the messenger at `/app` in a real browser, on a phone and at a desk. @module */
import assert from "node:assert/strict";
import axe from "axe-core";
import type {
  Browser,
  BrowserContextOptions,
  Locator,
  Page,
} from "playwright-core";
import { launch } from "../harness/chromium.ts";
import { Server } from "../harness/server.ts";

export const LIMIT_MS = 60_000;
export const PHONE: BrowserContextOptions = {
  viewport: { width: 360, height: 740 },
  hasTouch: true,
  colorScheme: "dark",
};

const HAS_DRAFT = `(async () => {
  const done = (request) =>
    new Promise((resolve) => request.onsuccess = () => resolve(request.result));
  const database = await done(indexedDB.open("postern-app"));
  const store = database.transaction("records").objectStore("records");
  const names = await done(store.getAllKeys());
  database.close();
  return names.some((name) => String(name).startsWith("draft:"));
})()`;

/** Notes that a message was marked, however soon that is over. */
const WATCH_FOUND = `(() => {
  globalThis.wasFound = false;
  new MutationObserver((_, observer) => {
    if (document.querySelector(".app-bubble.found") === null) return;
    globalThis.wasFound = true;
    observer.disconnect();
  }).observe(document, { attributes: true, childList: true, subtree: true });
})()`;

/** Asked from here: the page itself may evaluate no text. */
export async function waitUntil(isSo: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!await isSo()) {
    if (performance.now() > end) throw new Error("it never came to be so");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export class Person {
  private constructor(readonly page: Page, readonly faults: string[]) {}

  static async open(
    browser: Browser,
    server: Server,
    options: BrowserContextOptions = {},
  ): Promise<Person> {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      reducedMotion: "reduce", // colours are looked at, and not on their way
      ...options,
    });
    context.setDefaultTimeout(LIMIT_MS);
    return await Person.tab(await context.newPage(), server);
  }

  static async tab(page: Page, server: Server): Promise<Person> {
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (/Content Security Policy/.test(message.text())) {
        faults.push(message.text());
      }
    });
    await page.goto(`https://127.0.0.1:${server.ports.https}/app`);
    return new Person(page, faults);
  }

  async signUp(name: string): Promise<void> {
    await this.page.getByLabel("Your name").fill(name);
    await this.press("Create account");
    await this.isOnline();
  }

  async isOnline(): Promise<void> {
    // what is there and not seen, as on phones, counts too
    await this.page.locator(".app-state.online").waitFor({ state: "attached" });
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  async write(text: string): Promise<void> {
    await this.words.fill(text);
    await this.press("Send");
  }

  /** Where one writes. */
  get words(): Locator {
    return this.page.getByLabel("Write a message");
  }

  /** From the menu of the last message that has the text. */
  async choose(text: string, action: string): Promise<void> {
    await this.bubble(text).last().getByRole("button", {
      name: "Reply, react and more",
    }).click();
    await this.page.getByRole("dialog").getByRole("button", {
      name: action,
      exact: true,
    }).click();
  }

  bubble(text: string) {
    return this.page.getByRole("main").getByRole("listitem").filter({
      hasText: text,
    });
  }

  /** By its name: what was said there last may name others. */
  async openChat(name: string): Promise<void> {
    const named = this.page.locator("strong", { hasText: name });
    await this.page.locator(".app-chat").filter({ has: named }).first().click();
  }

  /** A press leads to a message, which is marked for a while alone. */
  async isLedBy(button: Locator): Promise<void> {
    await this.page.evaluate(WATCH_FOUND);
    await button.click();
    await waitUntil(() => this.page.evaluate("globalThis.wasFound"));
  }

  /** What was begun outlives the page from now on. */
  async keepsDraft(): Promise<void> {
    await waitUntil(() => this.page.evaluate(HAS_DRAFT));
  }

  /** On one line, for whoever reads why a test has failed. */
  async sees(): Promise<string> {
    const text = await this.page.locator("body").innerText({ timeout: 5_000 })
      .catch(String);
    return [text, ...this.faults].join("\n").replace(/\s*\n\s*/g, " | ");
  }

  /** Nothing serious by axe, nothing wider than the screen. */
  async looksRight(): Promise<void> {
    await this.page.evaluate(axe.source);
    const found = await this.page.evaluate(async () => {
      // deno-lint-ignore no-explicit-any
      const { violations } = await (globalThis as any).axe.run();
      // deno-lint-ignore no-explicit-any
      const { scrollWidth, clientWidth } = (globalThis as any).document
        .documentElement;
      return [
        ...violations.filter(({ impact }: { impact: string }) =>
          impact === "serious" || impact === "critical"
        ).map(({ id, nodes }: { id: string; nodes: { html: string }[] }) =>
          `${id}: ${nodes[0]?.html}`
        ),
        ...(scrollWidth > clientWidth ? ["wider than the screen"] : []),
      ];
    });
    assert.deepEqual(found, []);
  }
}

export type Step = readonly [
  name: string,
  work: (scene: Scene) => Promise<void>,
];

/** One after the other. Each goes on where the last one ended, so the first that fails is the last. */
export async function runSteps(
  t: Deno.TestContext,
  met: Scene,
  steps: readonly Step[],
): Promise<void> {
  for (const [name, work] of steps) {
    const passed = await t.step(name, async () => {
      try {
        await work(met);
      } catch (error) {
        const [ann, bob] = [await met.ann.sees(), await met.bob.sees()];
        throw new Error(`Ann sees: ${ann}\nBob sees: ${bob}\n${error}`);
      }
    });
    if (!passed) return;
  }
  assert.deepEqual([...met.ann.faults, ...met.bob.faults], []);
}

export interface Scene {
  readonly browser: Browser;
  readonly server: Server;
  /** At a desk. */
  readonly ann: Person;
  /** On a phone. */
  readonly bob: Person;
}

/** Two people who have met. */
export async function scene(browser: Browser, server: Server): Promise<Scene> {
  const ann = await Person.open(browser, server, { acceptDownloads: true });
  const bob = await Person.open(browser, server, PHONE);
  await ann.signUp("Ann");
  await bob.signUp("Bob");
  await ann.press("Add a contact");
  const link = await ann.page.getByRole("link", {
    name: "My invitation link",
  }).getAttribute("href");
  await bob.press("Add a contact");
  await bob.looksRight();
  await bob.page.getByLabel("Their invitation link").fill(link!);
  await bob.page.getByRole("main").getByText("the key was checked")
    .waitFor();
  await bob.write("Hello from a phone");
  await ann.openChat("Bob");
  await ann.bubble("Hello from a phone").waitFor();
  return { browser, server, ann, bob };
}

/** With mail over HTTP in both directions. */
export async function withMessengers(
  work: (browser: Browser, server: Server) => Promise<void>,
): Promise<void> {
  const server = await Server.start();
  await server.command("webimap", "enable");
  await server.command("websmtp", "enable");
  const browser = await launch("--ignore-certificate-errors");
  try {
    await work(browser, server);
  } finally {
    await browser.close();
    await server.dispose();
  }
}

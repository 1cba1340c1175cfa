/**
 * The admin panel: how long a slow phone looks at nothing, and what open panels
 * cost the server. Chromium is slowed down to a sixth, on a connection of
 * 10 Mbit/s with 40 ms to the server and back.
 *
 * @module
 */
import type { Browser, BrowserContext } from "playwright-core";
import { adminToken } from "../harness/admin_client.ts";
import { Server } from "../harness/server.ts";
import { cpuSeconds, pause, percentile, type Row } from "./measure.ts";
import { launch } from "../harness/chromium.ts";

const VISITS = 10;
const SLOWER = 6;
const OCTETS_PER_SECOND = 10_000_000 / 8;
const LATENCY_MS = 40;
const OPEN = 10;
const WATCHED_MS = 60_000;
const IDLE_MS = 30_000;

/** In milliseconds since the page was asked for. */
interface Painted {
  /** Anything at all. */
  readonly first: number;
  /** What can be used. */
  readonly heading: number;
}

export async function measureOpenPanels(): Promise<Row[]> {
  const server = await Server.start({
    config: "[admin]\nweb_enabled = true\n",
  });
  const browser = await launch();
  try {
    return [
      ...await firstRenders(browser, server),
      await openPanels(browser, server),
    ];
  } finally {
    await browser.close();
    await server.dispose();
  }
}

/** Of somebody who comes for the first time. */
async function firstRenders(browser: Browser, server: Server): Promise<Row[]> {
  const times: Painted[] = [];
  for (let visit = 0; visit < VISITS; visit++) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.addInitScript(noteHeading);
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: LATENCY_MS,
      downloadThroughput: OCTETS_PER_SECOND,
      uploadThroughput: OCTETS_PER_SECOND,
    });
    await page.goto(panelUrl(server));
    await page.locator("h1").waitFor();
    times.push(await page.evaluate(painted));
    await context.close();
  }
  const row = (measure: string, value: number, required?: string): Row => ({
    benchmark: "panel",
    measure: `first render, ${measure}`,
    value,
    unit: "ms",
    ...(required === undefined ? {} : { required }),
  });
  const of = (what: keyof Painted) => times.map((time) => time[what]);
  return [
    row("the first thing, p50", percentile(of("first"), 0.5)),
    row("p50", percentile(of("heading"), 0.5), "< 1000"),
    row("slowest", Math.max(...of("heading"))),
  ];
}

/** Notes when the heading of a screen is painted first, not only what is shown until then. */
function noteHeading(): void {
  const watching = new MutationObserver(() => {
    if (!document.querySelector("h1")) return;
    watching.disconnect();
    // the frame in which it is painted is over when the next one begins
    requestAnimationFrame(() =>
      requestAnimationFrame(() => performance.mark("heading"))
    );
  });
  watching.observe(document, { childList: true, subtree: true });
}

/** What is in the page is not yet painted: a slow phone says so a little later. */
function painted(): Promise<Painted> {
  return new Promise((resolve) => {
    const found = new Map<string, number>();
    const observer = new PerformanceObserver((list) => {
      for (const { name, startTime } of list.getEntries()) {
        found.set(name, startTime);
      }
      const first = found.get("first-contentful-paint");
      const heading = found.get("heading");
      if (first === undefined || heading === undefined) return;
      observer.disconnect();
      resolve({ first, heading });
    });
    observer.observe({ type: "paint", buffered: true });
    observer.observe({ type: "mark", buffered: true });
  });
}

async function openPanels(browser: Browser, server: Server): Promise<Row> {
  const token = await adminToken(server);
  const idle = await busyPercent(server, IDLE_MS);
  const contexts: BrowserContext[] = [];
  for (let panel = 0; panel < OPEN; panel++) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(panelUrl(server));
    await page.locator("input[type=password]").fill(token);
    await page.locator("button[type=submit]").click();
    await page.locator(".tile-value").first().waitFor();
  }
  const watched = await busyPercent(server, WATCHED_MS);
  for (const context of contexts) await context.close();
  return {
    benchmark: "panel",
    measure: `CPU of the server for ${OPEN} open panels`,
    value: watched - idle,
    unit: "%",
    required: "< 1",
  };
}

async function busyPercent(server: Server, spanMs: number): Promise<number> {
  const before = await cpuSeconds(server.pid);
  await pause(spanMs);
  return (await cpuSeconds(server.pid) - before) / spanMs * 100_000;
}

function panelUrl(server: Server): string {
  return `https://127.0.0.1:${server.ports.https}/admin/`;
}

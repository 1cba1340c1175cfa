/**
 * The admin panel: how long a slow phone looks at nothing, and what open panels
 * cost the server. Chromium is slowed down to a sixth, on a connection of
 * 10 Mbit/s with 40 ms to the server and back.
 *
 * @module
 */
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { adminToken } from "../harness/admin_client.ts";
import { Server } from "../harness/server.ts";
import { cpuSeconds, pause, percentile, type Row } from "./measure.ts";
import { CHROMIUM } from "../harness/chromium.ts";

const VISITS = 10;
const SLOWER = 6;
const OCTETS_PER_SECOND = 10_000_000 / 8;
const LATENCY_MS = 40;
const OPEN = 10;
const WATCHED_MS = 60_000;
const IDLE_MS = 30_000;

export async function measureOpenPanels(): Promise<Row[]> {
  const server = await Server.start({
    config: "[admin]\nweb_enabled = true\n",
  });
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox"],
  });
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

/** Of somebody who is logged in, and has nothing of the panel yet. */
async function firstRenders(browser: Browser, server: Server): Promise<Row[]> {
  const times: number[] = [];
  for (let visit = 0; visit < VISITS; visit++) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
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
    times.push(
      await page.evaluate(firstPaint),
    );
    await context.close();
  }
  const row = (measure: string, value: number, required?: string): Row => ({
    benchmark: "panel",
    measure: `first render, ${measure}`,
    value,
    unit: "ms",
    ...(required === undefined ? {} : { required }),
  });
  return [
    row("p50", percentile(times, 0.5), "< 1000"),
    row("slowest", Math.max(...times)),
  ];
}

/** What is in the page is not yet painted: a slow phone says so a little later. */
function firstPaint(): Promise<number> {
  return new Promise((resolve) => {
    new PerformanceObserver((list, observer) => {
      const [paint] = list.getEntriesByName("first-contentful-paint");
      if (!paint) return;
      observer.disconnect();
      resolve(paint.startTime);
    }).observe({ type: "paint", buffered: true });
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

/**
 * Calls between two pages of a real browser that may only go through our TURN
 * server, and what a real core tells its user interface of it. The pages are
 * skipped where there is no Chromium.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { Server } from "../harness/server.ts";
import { Core } from "./core.ts";
import { isInstalled, launch } from "../harness/chromium.ts";

const PAGE = fileURLToPath(new URL("./call_page.html", import.meta.url));
/** Cameras are for pages of a secure origin alone, as one on this machine is. */
const ORIGIN = "http://127.0.0.1/call";

interface IceServer {
  readonly urls: readonly string[];
  readonly username: string;
  readonly credential: string;
}

/** What the page answers; see call_page.html. */
function ask<Answer>(
  page: Page,
  name: "prepare" | "describe" | "accept" | "talk",
  ...args: readonly unknown[]
): Promise<Answer> {
  return page.evaluate(`${name}(...${JSON.stringify(args)})`);
}

async function pageOf(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  await page.route(ORIGIN, (route) => route.fulfill({ path: PAGE }));
  await page.goto(ORIGIN);
  return page;
}

for (const transport of ["udp", "tcp"]) {
  Deno.test({
    name:
      `two browsers call each other through the relay alone, over ${transport}`,
    ignore: !isInstalled(),
    async fn() {
      const server = await Server.start({ turn: true });
      const browser = await launch(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--allow-loopback-in-peer-connection",
      );
      try {
        const told = await server.command("turn", "credentials", "--ice");
        const [all] = JSON.parse(told).iceServers as [IceServer];
        const urls = all.urls.filter((url) => url.endsWith(transport))
          .filter((url) => url.startsWith("turn:"));
        const iceServer = { ...all, urls };
        assert.equal(urls.length, 1);
        const ann = await pageOf(browser);
        const bob = await pageOf(browser);
        await ask(ann, "prepare", iceServer, true);
        await ask(bob, "prepare", iceServer, false);
        const offer = await ask(ann, "describe");
        await ask(ann, "accept", await ask(bob, "describe", offer));
        const [atAnn, atBob] = await Promise.all([
          ask(ann, "talk", "Hello Bob"),
          ask(bob, "talk", "Hello Ann"),
        ]);
        const expected = {
          kinds: ["audio", "video"],
          candidates: ["relay", "relay"],
        };
        assert.deepEqual(atAnn, { text: "Hello Ann", ...expected });
        assert.deepEqual(atBob, { text: "Hello Bob", ...expected });
        const status = await server.command("turn", "status", "--json");
        assert.ok(JSON.parse(status).data.packets > 40);
      } finally {
        await browser.close();
        await server.dispose();
      }
    },
  });
}

Deno.test("a real core tells of our TURN server, with credentials", async () => {
  const server = await Server.start({ turn: true });
  const core = await Core.start();
  try {
    const ann = await core.signUp(server, "ann");
    const expected = `turn:127.0.0.1:${server.ports.turn}`;
    const found = await core.until("our server", async () => {
      const servers: IceServer[] = JSON.parse(await ann.rpc.iceServers(ann.id));
      return servers.find(({ urls }) => urls.includes(expected));
    });
    assert.match(found.username, /^\d{10}$/);
    assert.match(found.credential, /^[A-Za-z0-9+/]{27}=$/);
  } finally {
    await core.dispose();
    await server.dispose();
  }
});

/**
 * The messenger at `/app` in a real browser, by two people on a phone and at a
 * desk: what keeps mail from coming, another tab, another browser; its looks in
 * languages and themes. Skipped where there is no Chromium.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Browser } from "playwright-core";
import { isInstalled } from "../harness/chromium.ts";
import type { Server } from "../harness/server.ts";
import {
  LIMIT_MS,
  Person,
  PHONE,
  runSteps,
  type Scene,
  scene,
  withMessengers,
} from "./messengers.ts";

const STEPS: [name: string, work: (scene: Scene) => Promise<void>][] = [];

function step(name: string, work: (scene: Scene) => Promise<void>): void {
  STEPS.push([name, work]);
}

step(
  "what is written without a connection goes when there is one",
  async ({ ann, bob }) => {
    await bob.page.context().setOffline(true);
    await bob.page.evaluate(() => dispatchEvent(new Event("offline")));
    await bob.write("Written in a tunnel");
    await bob.bubble("Written in a tunnel").getByTitle("is being sent")
      .waitFor();
    await bob.page.context().setOffline(false);
    await ann.bubble("Written in a tunnel").waitFor();
    await bob.bubble("Written in a tunnel").getByTitle("read").waitFor();
  },
);

step(
  "a password that was changed elsewhere is asked for",
  async ({ server, ann, bob }) => {
    const address = await addressOf(ann);
    await server.command(
      "accounts",
      "password",
      address,
      "--password",
      "quite-another-password",
    );
    const banner = ann.page.getByRole("status").filter({ hasText: "refuses" });
    await banner.waitFor();
    await ann.looksRight();
    await banner.getByLabel("Password").fill("wrong-password-of-hers");
    await banner.getByRole("button", { name: "Log in" }).click();
    await banner.getByText("does not accept this address and password")
      .waitFor();
    await banner.getByLabel("Password").fill("quite-another-password");
    await banner.getByRole("button", { name: "Log in" }).click();
    await ann.isOnline();
    await bob.write("Are you there again?");
    await ann.openChat("Bob");
    await ann.bubble("Are you there again?").waitFor();
  },
);

async function addressOf(person: Person): Promise<string> {
  await person.press("Settings");
  const bare = person.page.getByRole("main").locator("bdi").first();
  return (await bare.textContent())!;
}

step(
  "one tab speaks at a time, and the other may take over",
  async ({ server, ann, bob }) => {
    const second = await Person.tab(
      await ann.page.context().newPage(),
      server,
    );
    await second.page.getByText("open in another tab").waitFor();
    await second.looksRight();
    await second.press("Use them here");
    await second.isOnline();
    await ann.page.getByText("open in another tab").waitFor();
    await bob.write("To which tab?");
    await second.openChat("Bob");
    await second.bubble("To which tab?").waitFor();
    await ann.press("Use them here");
    await ann.openChat("Bob");
    await ann.bubble("To which tab?").waitFor();
    assert.equal(await ann.bubble("To which tab?").count(), 1);
    await second.page.close();
  },
);

step(
  "another browser gets it all by a file and a code",
  async ({ browser, server, ann, bob }) => {
    await ann.press("Settings");
    await ann.press("Use another browser too");
    const code = await ann.page.locator("code").textContent();
    const [download] = await Promise.all([
      ann.page.waitForEvent("download"),
      ann.press("Save file"),
    ]);
    const file = await Deno.readTextFile((await download.path())!);
    const other = await Person.open(browser, server, PHONE);
    await other.press("Bring my chats from another browser");
    await other.looksRight();
    await other.page.getByLabel("The file").setInputFiles({
      name: "chats.json",
      mimeType: "application/json",
      buffer: Buffer.from(file),
    });
    await other.page.getByLabel("Its code").fill("AAAA-BBBB");
    await other.press("Bring them here");
    await other.page.getByText("The code does not fit").waitFor();
    await other.page.getByLabel("Its code").fill(code!);
    await other.press("Bring them here");
    await other.isOnline();
    await other.openChat("Bob");
    await other.bubble("Hello from a phone").waitFor();
    await other.write("From the second browser");
    await bob.bubble("From the second browser").waitFor();
    await ann.press("Close");
    await ann.openChat("Bob");
    await ann.bubble("From the second browser").waitFor();
    await bob.write("To both");
    await ann.bubble("To both").waitFor();
    await other.bubble("To both").waitFor();
    assert.deepEqual(other.faults, []);
    await other.page.context().close();
  },
);

/** As Chromium does where a quota is used up: the transaction is taken back. */
const NO_ROOM = `{
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...given) {
    const request = put.apply(this, given);
    queueMicrotask(() => this.transaction.abort());
    return request;
  };
  globalThis.makeRoom = () => IDBObjectStore.prototype.put = put;
}`;

step(
  "a browser without room says so, and goes on when there is some",
  async ({ ann, bob }) => {
    await ann.page.evaluate(NO_ROOM);
    await bob.page.locator(".app-composer input[type=file]").setInputFiles({
      name: "large.bin",
      mimeType: "application/octet-stream",
      buffer: Buffer.alloc(200_000, 7),
    });
    await bob.write("A large file");
    const banner = ann.page.getByText("This browser has no room left");
    await banner.waitFor();
    await ann.looksRight();
    assert.equal(await ann.bubble("A large file").count(), 0);
    await ann.page.evaluate("void makeRoom()");
    await ann.bubble("A large file").waitFor();
    await banner.waitFor({ state: "hidden" });
  },
);

step(
  "it looks right on a phone, at a desk, and from right to left",
  async ({ ann, bob }) => {
    await ann.write(
      "An answer of several words, long enough for two lines on a phone",
    );
    await bob.bubble("An answer of several").waitFor();
    await bob.bubble("An answer of several").getByRole("button", {
      name: "Reply, react and more",
    })
      .click();
    await bob.looksRight();
    await bob.press("👍");
    await ann.page.getByRole("list", { name: "Reactions" }).waitFor();
    for (const person of [ann, bob]) {
      await person.looksRight();
      await person.page.getByTitle("About this chat").click();
      await person.looksRight();
    }
    await bob.press("Block");
    await bob.page.getByRole("dialog").getByRole("button", { name: "Block" })
      .click();
    await bob.page.getByRole("button", { name: "Unblock" }).waitFor();
    await bob.press("Unblock");
    await bob.press("Back");
    await bob.page.getByTitle("About this chat").waitFor();
    await bob.press("Back");
    for (const person of [ann, bob]) {
      for (const name of ["New group", "Folders", "Settings"]) {
        await person.press(name);
        await person.page.getByRole("heading", { name }).waitFor();
        await person.looksRight();
        if (person === bob) await bob.press("Back");
      }
    }
    await bob.press("Settings");
    await bob.page.getByLabel("Language").selectOption("fa");
    await bob.page.locator("html[dir=rtl]").waitFor();
    await bob.looksRight();
    await bob.page.goBack();
    await bob.page.locator(".app-chat").first().waitFor();
    await bob.looksRight();
    await bob.page.locator(".app-chat").first().click();
    await bob.looksRight();
  },
);

Deno.test({
  name: "the messenger in a browser",
  ignore: !isInstalled(),
  fn: (t) =>
    withMessengers(async (browser, server) => {
      await t.step(
        "an account is made with one press, in each language",
        () => oneEach(browser, server),
      );
      const met = await scene(browser, server);
      await runSteps(t, met, STEPS);
    }),
});

Deno.test({
  name: "after the first visit the messenger is there without a network",
  ignore: !isInstalled(),
  fn: () => withMessengers(offline),
});

async function oneEach(browser: Browser, server: Server): Promise<void> {
  for (const locale of ["en-US", "fa-IR", "ru-RU", "es-ES"]) {
    const person = await Person.open(browser, server, {
      ...PHONE,
      colorScheme: "light",
      locale,
    });
    await person.looksRight();
    await person.page.locator("button[type=submit]").click();
    await person.isOnline();
    await person.looksRight();
    assert.deepEqual(person.faults, []);
    await person.page.context().close();
  }
}

/** Resolves when the worker is there, and speaks for this page. */
const LED = `new Promise((resolve, reject) => {
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("controllerchange", () => resolve(true));
  if (serviceWorker.controller) resolve(true);
  setTimeout(() => reject(new Error("there is no worker")), ${LIMIT_MS});
})`;

/** What the page names is there: how many of it, and the rest. */
const NAMED = `(async () => {
  const named = [...document.querySelectorAll("link, script, [data-openpgp]")]
    .map((one) => one.dataset.openpgp ?? one.getAttribute("src") ?? one.getAttribute("href"))
    .filter((path) => path.startsWith("/app/assets/"));
  const missing = [];
  for (const path of named) {
    await fetch(path).then(({ ok }) => ok || missing.push(path), () => missing.push(path));
  }
  return { count: named.length, missing };
})()`;

async function offline(browser: Browser, server: Server): Promise<void> {
  const { page, faults } = await Person.open(browser, server);
  await page.evaluate(LED);
  const context = page.context();
  const session = await context.newCDPSession(page);
  await session.send("Network.clearBrowserCache");
  await context.setOffline(true);
  const { count, missing } = await page.evaluate<
    { count: number; missing: string[] }
  >(NAMED);
  assert.ok(count > 8, `${count}`);
  assert.deepEqual(missing, []);
  await page.reload();
  await page.getByRole("heading", { name: "New account" }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
}

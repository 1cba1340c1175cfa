/**
 * A conversation in two real browsers, as people have it: answers, changes,
 * pictures, groups, timers, search, drafts, notifications, and the way in by a
 * login link. Skipped where there is no Chromium.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { isInstalled } from "../harness/chromium.ts";
import type { Server } from "../harness/server.ts";
import {
  Person,
  PHONE,
  runSteps,
  type Scene,
  scene,
  waitUntil,
  withMessengers,
} from "./messengers.ts";

const STEPS: [name: string, work: (scene: Scene) => Promise<void>][] = [];

function step(name: string, work: (scene: Scene) => Promise<void>): void {
  STEPS.push([name, work]);
}

/** From the menu of a message. */
async function choose(
  person: Person,
  text: string,
  action: string,
): Promise<void> {
  await person.bubble(text).last().getByRole("button", {
    name: "Reply, react and more",
  }).click();
  await person.looksRight();
  await person.page.getByRole("dialog").getByRole("button", {
    name: action,
    exact: true,
  }).click();
}

step("a reply leads to what it answers", async ({ ann, bob }) => {
  await choose(ann, "Hello from a phone", "Reply");
  await ann.write("And hello from a desk");
  const reply = bob.bubble("And hello from a desk");
  await bob.isLedBy(reply.getByRole("button", { name: /Hello from a phone/ }));
});

step("words are changed, forwarded, and taken back", async ({ ann, bob }) => {
  await bob.write("See you at nien");
  await ann.bubble("See you at nien").waitFor();
  await choose(bob, "See you at nien", "Edit");
  await bob.write("See you at nine");
  await ann.bubble("See you at nine").getByText("edited").waitFor();
  await choose(ann, "See you at nine", "Forward");
  await ann.page.getByRole("dialog").getByRole("button", { name: /Bob/ })
    .click();
  await bob.bubble("See you at nine").getByText("Forwarded").waitFor();
  await choose(ann, "See you at nine", "Delete for all");
  await bob.page.getByText("Forwarded").waitFor({ state: "detached" });
});

/** A photograph with a note of the camera in it, made by the browser. */
const PHOTO = `(async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 2400;
  canvas.height = 1200;
  canvas.getContext("2d").fillRect(0, 0, 2400, 1200);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg"));
  const octets = [...new Uint8Array(await blob.arrayBuffer())];
  const note = [..."Exif\\0\\0taken at home"].map((one) => one.charCodeAt(0));
  octets.splice(2, 0, 0xff, 0xe1, 0, note.length + 2, ...note);
  return octets;
})()`;

step(
  "a photograph is made smaller, tells nothing of its place, and is shown large",
  async ({ ann, bob }) => {
    const octets: number[] = await ann.page.evaluate(PHOTO);
    await ann.page.locator(".app-composer input[type=file]").setInputFiles({
      name: "photo.jpg",
      mimeType: "image/jpeg",
      buffer: Buffer.from(octets),
    });
    await ann.write("The view");
    const bubble = bob.bubble("The view");
    await bubble.getByRole("button", { name: "photo.jpg" }).click();
    const shown = bob.page.getByRole("dialog").getByRole("img");
    await shown.waitFor();
    // deno-lint-ignore no-explicit-any
    const size = await shown.evaluate(async (image: any) => {
      await image.decode(); // it may be on its way
      return [image.naturalWidth, image.naturalHeight];
    });
    assert.deepEqual(size, [1920, 960]);
    const [download] = await Promise.all([
      bob.page.waitForEvent("download"),
      bob.page.getByRole("dialog").getByRole("link").click(),
    ]);
    const saved = await Deno.readFile((await download.path())!);
    assert.ok(
      !new TextDecoder("latin1").decode(saved).includes("taken at home"),
    );
    await bob.looksRight();
    await bob.press("Close");
  },
);

step(
  "a group is renamed and described, and somebody is taken out",
  async ({ ann, bob }) => {
    await ann.press("New group");
    await ann.page.getByLabel("Name of the group").fill("Hikers");
    await ann.page.getByRole("checkbox", { name: /Bob/ }).check();
    await ann.press("Create group");
    await ann.write("Where to?");
    await ann.page.getByTitle("About this chat").click();
    await ann.page.getByLabel("Name of the group").fill("Climbers");
    await ann.page.getByLabel("Description").fill("Steep hills");
    await ann.press("Save");
    await ann.page.getByRole("heading", { name: "Climbers" }).waitFor();
    await ann.looksRight();
    await bob.press("Back");
    await bob.openChat("Climbers");
    await bob.page.getByRole("main").getByText("Ann changed the name")
      .waitFor();
    await bob.page.getByTitle("About this chat").click();
    await bob.page.getByRole("main").getByText("Steep hills").first().waitFor();
    await bob.looksRight();
    await ann.press("Remove Bob");
    await ann.page.getByRole("dialog").getByRole("button", { name: "Remove" })
      .click();
    await bob.press("Back");
    await bob.page.getByText("You are not in here any more").waitFor();
    await bob.press("Back");
  },
);

step(
  "messages vanish for both, as either of them sets it",
  async ({ ann, bob }) => {
    await bob.openChat("Ann");
    await bob.page.getByTitle("About this chat").click();
    await bob.page.getByLabel("Messages vanish").selectOption("300");
    await bob.press("Back");
    await ann.openChat("Bob");
    await ann.page.getByText("Bob set the timer").last().waitFor();
    await ann.write("Soon gone");
    await bob.bubble("Soon gone").getByTitle(/^Vanishes/).waitFor();
  },
);

step(
  "what was begun stays, and what was written is found",
  async ({ ann, server }) => {
    await ann.page.getByLabel("Write a message").fill("Begun and not sent");
    await ann.openChat("Climbers");
    await ann.page.getByText("Begun and not sent").waitFor();
    await ann.keepsDraft();
    const other = await ann.page.context().newPage();
    await ann.page.close();
    await isLeft(other, server);
    const again = await Person.tab(other, server);
    await again.isOnline();
    await again.openChat("Bob");
    const written = again.page.getByLabel("Write a message");
    assert.equal(await written.inputValue(), "Begun and not sent");
    await again.page.getByLabel("Search chats").fill("hello from a PHONE");
    await again.isLedBy(
      again.page.getByRole("button", { name: /Hello from a phone/ }).first(),
    );
    await again.looksRight();
    assert.deepEqual(again.faults, []);
  },
);

/** A tab that was closed speaks for the account a moment longer. */
async function isLeft(page: Page, server: Server): Promise<void> {
  await page.goto(`https://127.0.0.1:${server.ports.https}/privacy`);
  await waitUntil(() =>
    page.evaluate(
      "navigator.locks.query().then(({ held }) => held.length === 0)",
    )
  );
}

/** What the desktop was told, as a page can see it. */
const TOLD = `navigator.serviceWorker.getRegistration()
  .then((one) => one.getNotifications())
  .then((all) => all.map(({ title, body }) => title + ": " + body))`;

step(
  "the desktop is told of what comes, no more than one chose",
  async ({ ann, bob }) => {
    const context = bob.page.context();
    await context.grantPermissions(["notifications"]);
    await bob.press("Back");
    await bob.press("Settings");
    await bob.page.getByLabel("Notifications").selectOption("quiet");
    await bob.page.evaluate("navigator.serviceWorker.ready.then(() => {})");
    const other = await context.newPage(); // nobody looks at the first one
    await other.bringToFront();
    await bob.page.evaluate(
      `Object.defineProperty(document, "hidden", { get: () => true })`,
    );
    const anns = ann.page.context().pages().at(-1)!;
    const write = async (text: string) => {
      await anns.getByLabel("Write a message").fill(text);
      await anns.getByRole("button", { name: "Send", exact: true }).click();
    };
    // written again now and then: it may overtake what was chosen
    const told = async (text: string, fits: RegExp): Promise<string[]> => {
      for (let looks = 0;; looks++) {
        if (looks % 100 === 0) await write(text);
        const all = await bob.page.evaluate(TOLD) as string[];
        if (all.some((one) => fits.test(one))) return all;
        await bob.page.waitForTimeout(50);
      }
    };
    const quiet = await told("A secret", /new message/);
    assert.ok(
      !quiet.join().includes("secret") && !quiet.join().includes("Ann"),
    );
    await bob.page.getByLabel("Notifications").selectOption("full");
    const full = await told("Not so secret", /Not so/);
    assert.ok(full.includes("Ann: Not so secret"));
    await other.close();
  },
);

step("a login link has address and password", async ({ browser, server }) => {
  const address = `cleo@${server.domain}`;
  const password = "a+b&c of cleo, long";
  await server.command("accounts", "create", address, "--password", password);
  const cleo = await Person.open(browser, server, PHONE);
  await cleo.press("I have an account");
  await cleo.looksRight();
  const link = `dclogin:${address}?p=${encodeURIComponent(password)}&v=1`;
  await cleo.page.getByLabel("Address").fill(link);
  await cleo.press("Log in");
  await cleo.isOnline();
  await cleo.looksRight();
  assert.deepEqual(cleo.faults, []);
});

step(
  "what the browser throws away is said, and one logs in again",
  async ({ browser, server }) => {
    const dan = await Person.open(browser, server);
    await dan.signUp("Dan");
    const session = await dan.page.context().newCDPSession(dan.page);
    await session.send("Storage.clearDataForOrigin", {
      origin: new URL(dan.page.url()).origin,
      storageTypes: "indexeddb",
    });
    await dan.page.getByText("has thrown away").waitFor();
    await dan.page.getByRole("heading", { name: "New account" }).waitFor();
    await dan.signUp("Dan");
  },
);

Deno.test({
  name: "a conversation in two browsers",
  ignore: !isInstalled(),
  fn: (t) =>
    withMessengers(async (browser, server) => {
      const met = await scene(browser, server);
      await runSteps(t, met, STEPS);
    }),
});

/**
 * In a real browser: what people do while something else is under way, chats
 * that are pinned and put away, and what is said when something cannot be done.
 * Skipped where there is no Chromium.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { isInstalled } from "../harness/chromium.ts";
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

step("words that were begun outlive an edit", async ({ ann }) => {
  await ann.openChat("Bob");
  await ann.write("Sent with a mistaek");
  await ann.bubble("Sent with a mistaek").getByTitle("sent").waitFor();
  await ann.words.fill("Begun, and not sent");
  await ann.choose("Sent with a mistaek", "Edit");
  assert.equal(await ann.words.inputValue(), "Sent with a mistaek");
  await ann.keepsDraft();
  await ann.press("Cancel");
  assert.equal(await ann.words.inputValue(), "Begun, and not sent");
  await ann.page.reload();
  await ann.isOnline();
  await ann.openChat("Bob");
  assert.equal(await ann.words.inputValue(), "Begun, and not sent");
});

step(
  "what was just typed is there when one looks for something",
  async ({ ann }) => {
    await ann.page.getByLabel("Search chats").fill("Hello from a phone");
    await ann.words.fill("Typed a moment ago");
    await ann.isLedBy(
      ann.page.getByRole("navigation").getByRole("button", {
        name: /Hello from a phone/,
      }).last(),
    );
    assert.equal(await ann.words.inputValue(), "Typed a moment ago");
    await ann.page.getByLabel("Search chats").fill("");
    await ann.words.fill("");
  },
);

step(
  "another language leaves one where one is, and cuts lines at their ends",
  async ({ ann }) => {
    const text = "A long line that begins here " + "and goes on ".repeat(20);
    await ann.openChat("Bob");
    await ann.write(text);
    await ann.press("Settings");
    const language = ann.page.locator("select").first();
    await language.selectOption("fa");
    const heading = ann.page.getByRole("heading", { name: "تنظیم‌ها" });
    await heading.waitFor();
    await ann.looksRight();
    const line = ann.page.locator(".app-preview").first();
    const { direction, textAlign } = await line.evaluate((box) => {
      // deno-lint-ignore no-explicit-any
      const style = (globalThis as any).getComputedStyle(box);
      return { direction: style.direction, textAlign: style.textAlign };
    });
    assert.deepEqual([direction, textAlign], ["ltr", "right"]);
    await language.selectOption("en");
    await ann.page.getByRole("heading", { name: "Settings" }).waitFor();
    await ann.openChat("Bob");
  },
);

/** Files are read when somebody says so, and one cannot be. */
const HOLD_FILES = `(() => {
  const read = File.prototype.arrayBuffer;
  const { promise, resolve } = Promise.withResolvers();
  globalThis.readFiles = resolve;
  File.prototype.arrayBuffer = async function () {
    await promise;
    if (this.name === "gone.bin") throw new DOMException("gone", "NotReadableError");
    return await read.call(this);
  };
})()`;

step(
  "a file goes to its chat, whatever is opened meanwhile",
  async ({ ann, bob }) => {
    await ann.page.evaluate(HOLD_FILES);
    await ann.press("New group");
    await ann.page.getByLabel("Name of the group").fill("Elsewhere");
    await ann.page.getByRole("checkbox", { name: /Bob/ }).check();
    await ann.press("Create group");
    await ann.openChat("Bob");
    await ann.page.locator(".app-composer input[type=file]").setInputFiles({
      name: "slow.bin",
      mimeType: "application/octet-stream",
      buffer: Buffer.from("slow"),
    });
    await ann.write("With a file");
    await ann.openChat("Elsewhere");
    await ann.words.fill("For the group");
    await ann.page.evaluate("void globalThis.readFiles()");
    await bob.bubble("With a file").getByText("slow.bin").waitFor();
    assert.equal(await ann.words.inputValue(), "For the group");
    assert.equal(await ann.bubble("With a file").count(), 0);
    await ann.words.fill("");
  },
);

step("what cannot be sent is here again, and why is said", async ({ ann }) => {
  await ann.openChat("Bob");
  await ann.page.locator(".app-composer input[type=file]").setInputFiles({
    name: "gone.bin",
    mimeType: "application/octet-stream",
    buffer: Buffer.from("gone"),
  });
  await ann.write("With a file that is gone");
  await ann.page.getByText("The file cannot be read any more").waitFor();
  assert.equal(await ann.words.inputValue(), "With a file that is gone");
  assert.equal(await ann.bubble("that is gone").count(), 0);
  assert.deepEqual(await chosen(ann), ["gone.bin"]);
  await ann.press("Remove");
  await ann.words.fill("");
});

/** Names of the files that would go next. */
async function chosen({ page }: Person): Promise<string[]> {
  return await page.locator(".app-chosen bdi").allTextContents();
}

step(
  "files that were chosen wait where they were, as words do",
  async ({ ann }) => {
    await ann.openChat("Bob");
    await ann.page.locator(".app-composer input[type=file]").setInputFiles(
      ["a.txt", "b.txt"].map((name) => ({
        name,
        mimeType: "text/plain",
        buffer: Buffer.from(name),
      })),
    );
    await ann.page.locator(".app-chosen").nth(1).waitFor();
    await ann.openChat("Elsewhere");
    await ann.page.getByRole("heading", { name: "Elsewhere" }).or(
      ann.page.locator(".app-title").filter({ hasText: "Elsewhere" }),
    ).first().waitFor();
    assert.deepEqual(await chosen(ann), []);
    await ann.openChat("Bob");
    await ann.page.locator(".app-chosen").nth(1).waitFor();
    assert.deepEqual(await chosen(ann), ["a.txt", "b.txt"]);
  },
);

/** Nothing more fits in, from now on. */
const FULL = `(() => {
  globalThis.put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function () {
    this.transaction.abort();
    throw new DOMException("full", "QuotaExceededError");
  };
})()`;
const EMPTY = `IDBObjectStore.prototype.put = globalThis.put`;

step(
  "a browser without room keeps what was typed on the screen",
  async ({ ann, bob }) => {
    const asked = ann.page.locator(".app-above").filter({
      hasText: "Hello from a phone",
    });
    await ann.choose("Hello from a phone", "Reply");
    await asked.waitFor();
    await ann.page.evaluate(FULL);
    await ann.write("Is there room?");
    await ann.page.getByText("no room left, or keeps nothing").waitFor();
    assert.equal(await ann.words.inputValue(), "Is there room?");
    assert.deepEqual(await chosen(ann), ["a.txt", "b.txt"]);
    assert.ok(await asked.isVisible(), "it is an answer still");
    await ann.page.evaluate(EMPTY);
    // what is said of it is not in the way
    const send = ann.page.getByRole("button", { name: "Send", exact: true });
    // deno-lint-ignore no-explicit-any
    const isFree = await send.evaluate((button: any) => {
      const { x, y, width, height } = button.getBoundingClientRect();
      const there = button.ownerDocument.elementFromPoint(
        x + width / 2,
        y + height / 2,
      );
      return button.contains(there);
    });
    assert.ok(isFree);
    await send.click();
    await bob.bubble("Is there room?").getByText("a.txt").waitFor();
    await bob.bubble("b.txt").waitFor();
    assert.equal(await bob.bubble("Is there room?").count(), 1);
    assert.deepEqual(await chosen(ann), []);
    await asked.waitFor({ state: "detached" });
  },
);

step(
  "who looks at something else is left there",
  async ({ browser, server, ann }) => {
    const cleo = await Person.open(browser, server, PHONE);
    await cleo.signUp("Cleo");
    await ann.press("Add a contact");
    const link = await ann.page.getByRole("link", {
      name: "My invitation link",
    })
      .getAttribute("href");
    await cleo.page.route("**/*", async (route) => {
      await route.continue();
    });
    await cleo.press("Add a contact");
    await cleo.page.getByLabel("Their invitation link").evaluate(
      (field, text) => {
        // deno-lint-ignore no-explicit-any
        const input = field as any;
        input.value = text;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        history.back();
      },
      link,
    );
    await cleo.page.getByRole("navigation").getByText(/the key was checked/)
      .waitFor();
    assert.equal(await cleo.words.count(), 0);
    assert.deepEqual(cleo.faults, []);
    await cleo.page.close();
  },
);

step("chats are pinned, archived and muted", async ({ ann, bob }) => {
  const rows = ann.page.locator(".app-chats strong");
  await ann.openChat("Elsewhere");
  await ann.page.getByTitle("About this chat").click();
  await ann.press("Pin");
  await ann.page.getByRole("button", { name: "Unpin" }).waitFor();
  await ann.looksRight();
  await bob.write("Above?");
  await ann.page.getByRole("navigation").getByText("Above?").waitFor();
  assert.equal(await rows.first().textContent(), "Elsewhere");
  await ann.press("Unpin");
  await ann.page.locator(".app-chats strong").first().filter({ hasText: "Bob" })
    .waitFor();
  await ann.page.getByRole("switch", { name: "Mute" }).click();
  await ann.press("Archive");
  await ann.page.getByRole("button", { name: "Unarchive" }).waitFor();
  await ann.openChat("Bob");
  const archive = ann.page.getByRole("button", { name: "Archived chats" });
  await archive.waitFor();
  await ann.looksRight();
  assert.equal(await rows.filter({ hasText: "Elsewhere" }).count(), 0);
  await archive.click();
  await rows.filter({ hasText: "Elsewhere" }).waitFor();
  await ann.openChat("Elsewhere");
  await ann.page.getByTitle("About this chat").click();
  await ann.page.getByRole("switch", { name: "Mute" }).click();
  await ann.openChat("Elsewhere");
  await ann.write("Back again");
  await archive.waitFor({ state: "detached" });
});

step(
  "a file that is no key, and a word that opens none, are called that",
  async ({ browser, server }) => {
    const dan = await Person.open(browser, server);
    await dan.signUp("Dan");
    await dan.press("Settings");
    const address = await dan.page.getByRole("main").locator("bdi").first()
      .textContent();
    await dan.press("Log out");
    await dan.page.getByRole("dialog").getByRole("button", { name: "Log out" })
      .click();
    await server.command(
      "accounts",
      "password",
      address!,
      "--password",
      "a-password-of-dan",
    );
    await dan.press("I have an account");
    await dan.page.getByLabel("Address").fill(address!);
    await dan.page.getByLabel("Password", { exact: true }).fill(
      "a-password-of-dan",
    );
    for (
      const text of [
        "",
        "no key",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nAAAA\n-----END PGP PRIVATE KEY BLOCK-----\n",
      ]
    ) {
      await dan.page.getByLabel("Your key, from another app").setInputFiles({
        name: "key.asc",
        mimeType: "text/plain",
        buffer: Buffer.from(text),
      });
      await dan.press("Log in");
      await dan.page.getByRole("alert").filter({
        hasText: "not a file with a secret key",
      }).waitFor();
    }
    assert.deepEqual(dan.faults, []);
    await dan.page.close();
  },
);

/** As if somebody pressed what the desktop showed. */
const PRESSED = `(async () => {
  const [notification] = await registration.getNotifications();
  dispatchEvent(new NotificationEvent("notificationclick", { notification }));
  return notification !== undefined;
})()`;

step(
  "a notification leads to the tab that is in use",
  async ({ server, ann }) => {
    const context = ann.page.context();
    await context.grantPermissions(["notifications"]);
    const second = await Person.tab(await context.newPage(), server);
    await second.page.getByText("open in another tab").waitFor();
    await ann.openChat("Bob");
    const chat = await ann.page.evaluate("history.state.id");
    await ann.press("Settings");
    await ann.page.evaluate(
      `navigator.serviceWorker.ready.then((registration) =>
      registration.showNotification("Chat", {
        data: { chat: ${JSON.stringify(chat)} },
      }))`,
    );
    // it may come late, and go and come again
    await waitUntil(async () =>
      await context.serviceWorkers().at(-1)?.evaluate<boolean>(PRESSED)
        .catch(() => false) ?? false
    );
    await ann.words.waitFor();
    assert.equal(await second.words.count(), 0);
    await second.page.close();
  },
);

step("one logs out while another tab is open", async ({ server, ann }) => {
  const second = await Person.tab(
    await ann.page.context().newPage(),
    server,
  );
  await second.press("Use them here");
  await second.isOnline();
  await second.press("Settings");
  await second.press("Log out");
  await second.page.getByRole("dialog").getByRole("button", { name: "Log out" })
    .click();
  await second.page.getByRole("heading", { name: "New account" }).waitFor();
  const there = await second.page.evaluate("indexedDB.databases()");
  assert.deepEqual(there, []);
  await ann.press("Use them here");
  await ann.page.getByRole("heading", { name: "New account" }).waitFor();
  await second.page.close();
});

Deno.test({
  name: "what happens meanwhile, in a browser",
  ignore: !isInstalled(),
  fn: (t) =>
    withMessengers(async (browser, server) => {
      const met = await scene(browser, server);
      await runSteps(t, met, STEPS);
    }),
});

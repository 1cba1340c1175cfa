/**
 * In a real browser: forms of the messenger that are used while something else
 * is under way. Nothing that was typed is lost, nothing is done twice, or to
 * what was opened since. Skipped where there is no Chromium.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Locator } from "playwright-core";
import { isInstalled } from "../harness/chromium.ts";
import {
  Person,
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

/** What is said to the relay waits until `let go()`. */
const HOLD = `(() => {
  const send = WebSocket.prototype.send;
  const held = [];
  WebSocket.prototype.send = function (text) {
    held.push(() => send.call(this, text));
  };
  globalThis.held = held;
  globalThis.letGo = () => {
    WebSocket.prototype.send = send;
    for (const one of held.splice(0)) one();
  };
})()`;
const LET_GO = "void globalThis.letGo()";

async function held(person: Person): Promise<void> {
  await waitUntil(async () =>
    await person.page.evaluate("globalThis.held.length > 0") as boolean
  );
}

step(
  "words that are changed while they are sent stay",
  async ({ ann, bob }) => {
    await ann.openChat("Bob");
    await ann.write("See you at ten");
    await ann.bubble("See you at ten").getByTitle(/sent|read/).waitFor();
    await bob.bubble("See you at ten").waitFor();
    await ann.choose("See you at ten", "Edit");
    await ann.page.evaluate(HOLD);
    await ann.write("See you at eleven");
    await held(ann);
    await ann.words.fill("See you at twelve");
    await ann.page.evaluate(LET_GO);
    await bob.bubble("See you at eleven").waitFor();
    await ann.bubble("See you at eleven").waitFor();
    assert.equal(await ann.words.inputValue(), "See you at twelve");
    await ann.press("Send");
    await bob.bubble("See you at twelve").waitFor();
    await waitUntil(async () => await ann.words.inputValue() === "");
  },
);

/** Files are read when somebody says so, and then cannot be. */
const UNREADABLE = `(() => {
  const { promise, resolve } = Promise.withResolvers();
  const read = File.prototype.arrayBuffer;
  globalThis.readNow = () => {
    File.prototype.arrayBuffer = read;
    resolve();
  };
  File.prototype.arrayBuffer = async function () {
    await promise;
    throw new DOMException("gone", "NotReadableError");
  };
})()`;

step("what comes back does not replace what is edited", async ({ ann }) => {
  await ann.openChat("Bob");
  await ann.page.evaluate(UNREADABLE);
  await ann.page.locator(".app-composer input[type=file]").setInputFiles({
    name: "gone.bin",
    mimeType: "application/octet-stream",
    buffer: Buffer.from("gone"),
  });
  await ann.write("With a file");
  await ann.choose("See you at twelve", "Edit");
  await waitUntil(async () =>
    await ann.words.inputValue() === "See you at twelve"
  );
  await ann.page.evaluate("void globalThis.readNow()");
  await ann.page.getByText("The file cannot be read any more").waitFor();
  assert.equal(await ann.words.inputValue(), "See you at twelve");
  await ann.press("Cancel");
  await waitUntil(async () => await ann.words.inputValue() === "With a file");
  await ann.words.fill("");
});

/** Before anything of the first time is done. */
function sendTwice(form: Locator): Promise<void> {
  // deno-lint-ignore no-explicit-any
  return form.evaluate((form: any) => {
    form.requestSubmit();
    form.requestSubmit();
  });
}

step("a group that is made twice is one", async ({ ann }) => {
  await ann.press("New group");
  await ann.page.getByLabel("Name of the group").fill("Once");
  await ann.page.getByRole("checkbox", { name: /Bob/ }).check();
  await sendTwice(ann.page.getByRole("main").locator("form"));
  await ann.words.waitFor();
  await ann.write("How many?");
  await ann.page.getByRole("navigation").getByText("How many?").waitFor();
  const named = ann.page.locator(".app-chats strong", { hasText: "Once" });
  assert.equal(await named.count(), 1);
});

step(
  "what is typed of a group stays while others rename it",
  async ({ ann, bob }) => {
    await ann.openChat("Once");
    await ann.page.getByTitle("About this chat").click();
    const about = ann.page.getByLabel("Description");
    await about.fill("Typed by Ann");
    await bob.press("Back");
    await bob.openChat("Once");
    await bob.page.getByTitle("About this chat").click();
    await bob.page.getByLabel("Name of the group").fill("Twice");
    await bob.press("Save");
    await ann.page.getByRole("heading", { name: "Twice" }).waitFor();
    assert.equal(await about.inputValue(), "Typed by Ann");
    const name = ann.page.getByLabel("Name of the group");
    assert.equal(await name.inputValue(), "Twice");
    await name.fill("Thrice");
    await ann.press("Save");
    await ann.page.getByRole("main").locator(".app-about")
      .getByText("Typed by Ann").waitFor();
    assert.equal(await about.inputValue(), "Typed by Ann");
    await bob.page.getByRole("heading", { name: "Thrice" }).waitFor();
    await bob.page.locator(".app-about").getByText("Typed by Ann").waitFor();
  },
);

step("a folder is removed that was asked about", async ({ ann }) => {
  await ann.press("Folders");
  const folder = (name: string) =>
    ann.page.getByRole("button", { name: new RegExp(`^${name} \\(`) });
  for (const name of ["First", "Second"]) {
    await ann.page.getByLabel("Name of a new folder").fill(name);
    await ann.press("Create folder");
    await folder(name).waitFor();
    await ann.page.getByLabel(`New name of ${name}`).waitFor();
  }
  await ann.page.evaluate(HOLD);
  await folder("First").click();
  await held(ann);
  await ann.page.getByLabel("Name of a new folder").fill("Third");
  await ann.press("Remove");
  const question = ann.page.getByRole("dialog", { name: "Remove Second" });
  await question.waitFor();
  await ann.page.evaluate(LET_GO);
  await ann.page.getByLabel("New name of First").waitFor();
  await question.getByRole("button", { name: "Remove" }).click();
  await folder("Second").waitFor({ state: "detached" });
  await folder("First").waitFor();
  const made = ann.page.getByLabel("Name of a new folder");
  assert.equal(await made.inputValue(), "Third");
  // what the relay does not take is here again
  await made.fill("First");
  await ann.press("Create folder");
  await ann.page.getByText(/already/).first().waitFor();
  await waitUntil(async () => await made.inputValue() === "First");
});

step("a password is changed once, however often one presses", async (
  { server, ann },
) => {
  await ann.press("Settings");
  const address = await ann.page.getByRole("main").locator("bdi").first()
    .textContent();
  await server.command(
    "accounts",
    "password",
    address!,
    "--password",
    "a-first-password",
  );
  const banner = ann.page.locator(".app-banner.bad");
  await banner.getByLabel("Password").fill("a-first-password");
  await banner.getByRole("button", { name: "Log in" }).click();
  await banner.waitFor({ state: "detached" });
  await ann.isOnline();
  const form = ann.page.locator("form", { hasText: "Change password" });
  await form.getByLabel("Current password").fill("a-first-password");
  await form.getByLabel("New password").fill("a-second-password");
  await sendTwice(form);
  await waitUntil(async () =>
    await form.getByLabel("New password").inputValue() === ""
  );
  await ann.isOnline();
  assert.equal(await form.locator(".problem").count(), 0);
});

step("one takes over once, however often one presses", async (
  { server, ann, bob },
) => {
  const second = await Person.tab(
    await ann.page.context().newPage(),
    server,
  );
  const here = second.page.getByRole("button", { name: "Use them here" });
  // deno-lint-ignore no-explicit-any
  await here.evaluate((button: any) => {
    button.click();
    button.click();
  });
  await second.isOnline();
  await bob.press("Back");
  await bob.write("Are you here?");
  await second.openChat("Thrice");
  await second.bubble("Are you here?").waitFor();
  assert.deepEqual(second.faults, []);
  await second.page.close();
});

Deno.test({
  name: "forms of the messenger, used meanwhile",
  ignore: !isInstalled(),
  fn: (t) =>
    withMessengers(async (browser, server) => {
      const met = await scene(browser, server);
      await runSteps(t, met, STEPS);
      assert.deepEqual([...met.ann.faults, ...met.bob.faults], []);
    }),
});

/// <reference lib="dom" />
/** What people do in the panel while an answer is on its way: nothing of it is lost, undone or done twice. */
import assert from "node:assert/strict";
import type { Page, Route } from "playwright-core";
import { adminCall, adminToken } from "../harness/admin_client.ts";
import { drawn, logIn, settled } from "./browser.ts";
import { account, dialog, type Task, tasksTest, waitUntil } from "./tasks.ts";

interface Held {
  /** Somebody has asked. */
  readonly asked: Promise<void>;
  /** From now on they are answered, and those that were asked. */
  release(): void;
}

/** Requests that fit get no answer yet. */
async function hold(
  page: Page,
  url: string,
  fits: (route: Route) => boolean,
): Promise<Held> {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: free, resolve: release } = Promise.withResolvers<void>();
  await page.route(url, async (route) => {
    if (!fits(route)) return await route.fallback();
    ask();
    await free;
    await route.fallback();
  });
  return { asked, release };
}

function holdCall(
  page: Page,
  method: string,
  fits: (body: Record<string, unknown>) => boolean = () => true,
): Promise<Held> {
  return hold(page, "**/api/admin", (route) => {
    const sent = route.request().postDataJSON();
    return sent.method === method && fits(sent.body);
  });
}

/** Again and again: a browser that was told once not to close something asks no more. */
async function pressEscape(page: Page): Promise<void> {
  for (let count = 0; count < 4; count++) {
    await page.keyboard.press("Escape");
    await drawn(page);
  }
}

const TASKS: readonly Task[] = [
  ["what is typed while something is saved stays", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/proxy");
    const card = page.locator(".card").filter({
      hasText: "http_proxy_username",
    });
    const user = card.getByLabel("CONNECT: user", { exact: true });
    const password = card.getByLabel("CONNECT: password", { exact: true });
    await user.fill("first");
    const held = await holdCall(page, "settings.change");
    await card.getByRole("button", { name: "Save" }).click();
    await held.asked;
    await user.fill("second");
    await password.fill("typed-meanwhile");
    held.release();
    await page.getByText("Saved, and in force").waitFor();
    assert.equal(await user.inputValue(), "second");
    assert.equal(await password.inputValue(), "typed-meanwhile");
    // what is reset is that one setting
    await card.getByRole("button", { name: "Reset: CONNECT: user" }).click();
    await page.getByRole("button", { name: "Reset: CONNECT: user" })
      .waitFor({ state: "detached" });
    await waitUntil(async () => await user.inputValue() !== "second");
    assert.equal(await password.inputValue(), "typed-meanwhile");
  }],
  ["what is typed while a size is saved stays", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/federation/size");
    const limit = page.getByLabel("Largest message", { exact: true });
    await limit.fill("11");
    const held = await holdCall(page, "settings.set");
    await page.getByRole("button", { name: "Save" }).click();
    await held.asked;
    await limit.fill("13");
    held.release();
    await page.getByText("Saved").waitFor();
    assert.equal(await limit.inputValue(), "13");
  }],
  ["who is shown is chosen while a name is still typed", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/accounts");
    await settled(page);
    const asked: { search?: string; filter: string }[] = [];
    page.on("request", (request) => {
      const sent = request.postData();
      if (sent?.includes('"accounts.list"')) asked.push(JSON.parse(sent).body);
    });
    await page.getByLabel("Search accounts").evaluate(
      async (input: HTMLInputElement) => {
        input.value = "abc";
        input.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((resolve) => setTimeout(resolve)); // it is drawn
        const filter = document.querySelector<HTMLSelectElement>(
          "main select",
        )!;
        filter.value = "never";
        filter.dispatchEvent(new Event("change", { bubbles: true }));
      },
    );
    await waitUntil(() =>
      Promise.resolve(asked.at(-1)?.search === "abc" && asked.length > 0)
    );
    assert.equal(asked.at(-1)?.filter, "never");
    assert.equal(
      await page.getByLabel("Show", { exact: true }).inputValue(),
      "never",
    );
  }],
  ["nothing is done to accounts that are not shown any more", async (
    { server, view, page },
  ) => {
    await account(server, "stays");
    await logIn(view, server, "/accounts");
    await page.getByRole("link", { name: "stays@chat.example" }).waitFor();
    const held = await holdCall(page, "accounts.list");
    await page.getByLabel("Show", { exact: true }).selectOption("over_quota");
    await held.asked;
    await page.getByLabel("Select all rows").check();
    const bar = page.getByRole("group", { name: /picked accounts/ });
    await bar.waitFor();
    held.release();
    await page.getByRole("link", { name: "stays@chat.example" })
      .waitFor({ state: "detached" });
    await bar.waitFor({ state: "detached" });
  }],
  ["after silence nothing more is tried with many", async (
    { server, view, page },
  ) => {
    for (const name of ["alone", "many1", "many2", "many3"]) {
      await account(server, name);
    }
    await logIn(view, server, "/accounts");
    await page.getByLabel("Search accounts").fill("many");
    await waitUntil(async () => await page.locator("tbody tr").count() === 3);
    await page.getByLabel("Select all rows").check();
    const tried: string[] = [];
    await page.route("**/api/admin", async (route) => {
      const { method, body } = route.request().postDataJSON();
      if (method !== "sessions.kill") return await route.fallback();
      tried.push(body.username);
      await route.abort();
    });
    await page.getByRole("group", { name: /picked accounts/ })
      .getByRole("button", { name: "Disconnect" }).click();
    const question = await dialog(page, "Disconnect 3 accounts?");
    await question.getByRole("button", { name: "Disconnect" }).click();
    const left = await dialog(page, "Not done: 3");
    assert.equal(await left.getByRole("listitem").count(), 3);
    assert.equal(tried.length, 1);
    view.faults.length = 0; // the browser says that nothing came
  }],
  ["what would be deleted is never said of another question", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/storage");
    await page.getByRole("button", { name: "Old mail", exact: true }).click();
    const question = await dialog(page, "Delete old mail of all accounts?");
    await question.getByText("Messages that would be deleted: 0").waitFor();
    const held = await holdCall(page, "messages.purge");
    await question.getByLabel("Older than", { exact: true }).fill("40");
    await question.getByText("Counting…").waitFor();
    held.release();
    await question.getByText("Messages that would be deleted: 0").waitFor();
  }],
  ["a notice is what was counted, and what is typed meanwhile stays", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/notice");
    await page.getByLabel("Subject").fill("One");
    await page.getByLabel("Text").fill("The first");
    const held = await holdCall(page, "notice.preview");
    await page.getByRole("button", { name: "Send" }).click();
    await held.asked;
    await page.getByLabel("Subject").fill("Another");
    held.release();
    const question = await dialog(page, "Send this notice?");
    await question.getByRole("button", { name: "Send" }).click();
    await page.getByText("It is being sent").waitFor();
    assert.equal(await page.getByLabel("Subject").inputValue(), "Another");
    const { notices } = await adminCall(server, "notice.history");
    assert.equal(notices[0].subject, "One");
  }],
  ["a switch stays where it was put until the server says how it is", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/federation");
    const toggle = page.getByRole("switch", {
      name: "Exchange mail with other servers",
    });
    await toggle.click();
    const held = await holdCall(page, "federation.status");
    await page.getByRole("dialog").getByRole("button", {
      name: "Exchange no mail",
    }).click();
    await held.asked;
    await drawn(page);
    assert.equal(await toggle.getAttribute("aria-checked"), "false");
    held.release();
    await adminCall(server, "federation.enable");
    await page.locator("[role=switch][aria-checked=true]").first().waitFor();
  }],
  ["of two choices the later one holds", async ({ server, view, page }) => {
    await logIn(view, server, "/logs");
    const level = page.getByLabel("What is logged");
    const held = await holdCall(
      page,
      "log.level",
      ({ level }) => level === "debug",
    );
    const asked: string[] = [];
    page.on("request", (request) => {
      const sent = request.postData();
      if (sent?.includes('"log.level"')) {
        asked.push(JSON.parse(sent).body.level);
      }
    });
    await level.selectOption("debug");
    await held.asked;
    await level.selectOption("warn");
    await drawn(page);
    assert.deepEqual(asked, ["debug"], "two at once may come in any order");
    assert.equal(await level.inputValue(), "warn");
    held.release();
    await waitUntil(async () =>
      (await adminCall(server, "status")).log.level === "warn"
    );
    await waitUntil(async () => await level.inputValue() === "warn");
    await adminCall(server, "log.level", { level: "info" });
  }],
  ["a line of the log that comes both ways is shown once", async (
    { server, view, page },
  ) => {
    const held = await holdCall(page, "logs.tail");
    await logIn(view, server, "/logs");
    await held.asked;
    await page.getByText("Live", { exact: true }).waitFor();
    await adminCall(server, "reload");
    const lines = page.locator(".log-line").filter({ hasText: "reload" });
    await lines.first().waitFor();
    const shown = await lines.count();
    const asked = page.waitForResponse((response) =>
      response.request().postData()?.includes('"logs.tail"') ?? false
    );
    held.release();
    await (await asked).finished();
    await page.locator(".log-line").filter({ hasText: /listen|start/i }).first()
      .waitFor();
    assert.equal(await lines.count(), shown);
  }],
  ["what came during a pause is shown when it ends", async (
    { server, view, page },
  ) => {
    await adminCall(server, "log.level", { level: "info" });
    // the stream brings one line, ends, and is asked for again in vain
    const { promise: free, resolve: release } = Promise.withResolvers<void>();
    const { promise: again, resolve: askAgain } = Promise.withResolvers<void>();
    let isFirst = true;
    await page.route("**/api/admin/events?log=1", async (route) => {
      if (!isFirst) return askAgain();
      isFirst = false;
      await free;
      const line = { level: "warn", text: "It rains", at_ms: Date.now() };
      await route.fulfill({
        contentType: "text/event-stream",
        body: `retry: 1\n\nevent: log\ndata: ${JSON.stringify(line)}\n\n`,
      });
    });
    await logIn(view, server, "/logs");
    await page.getByRole("button", { name: "Pause" }).click();
    release();
    await again;
    await drawn(page);
    const line = page.locator(".log-line").filter({ hasText: "It rains" });
    assert.equal(await line.count(), 0);
    await page.getByRole("button", { name: "Go on" }).click();
    await line.waitFor();
  }],
  ["what is made is shown, whatever was pressed meanwhile", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/accounts");
    await page.getByRole("button", { name: "New account" }).click();
    const form = await dialog(page, "New account");
    const held = await holdCall(page, "accounts.create_random");
    await form.getByRole("button", { name: "Make account" }).click();
    await held.asked;
    await pressEscape(page);
    await form.waitFor();
    assert.ok(await form.getByRole("button", { name: "Cancel" }).isDisabled());
    held.release();
    const made = await dialog(page, "The account is there");
    await pressEscape(page);
    await made.waitFor();
    await made.getByRole("button", { name: "I have passed it on" }).click();
    await made.waitFor({ state: "detached" });
  }],
  ["of two languages the one that was chosen last is shown", async (
    { server, view, page },
  ) => {
    await logIn(view, server);
    await settled(page);
    const words = await page.locator("link[rel=alternate][hreflang=ru]")
      .getAttribute("href");
    const url = new URL(words!, view.base).href;
    const held = await hold(page, url, () => true);
    await page.getByRole("button", { name: "Language and look" }).click();
    const language = page.getByLabel("Language", { exact: true });
    await language.selectOption("ru");
    await held.asked;
    await language.selectOption("es");
    await page.getByRole("heading", { name: "Resumen" }).waitFor();
    const late = page.waitForResponse(url);
    held.release();
    await (await late).finished();
    await drawn(page);
    await page.getByRole("heading", { name: "Resumen" }).waitFor();
  }],
  ["whoever comes in again at once stays in", async (
    { server, view, page },
  ) => {
    await logIn(view, server);
    const held = await hold(
      page,
      "**/session",
      (route) => route.request().method() === "DELETE",
    );
    let isLeaving = true;
    let early = 0;
    page.on("request", (request) => {
      const isLogin = request.url().endsWith("/session") &&
        request.method() === "POST";
      if (isLogin && isLeaving) early++;
    });
    // the page waits for it only so long
    page.on("requestfailed", (request) => {
      if (request.method() === "DELETE") isLeaving = false;
    });
    await page.getByRole("button", { name: "Language and look" }).click();
    await page.getByRole("button", { name: "Log out" }).click();
    await held.asked;
    await page.getByLabel("Admin token").fill(await adminToken(server));
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await drawn(page);
    assert.equal(early, 0, "what ends the session before comes first");
    isLeaving = false;
    held.release();
    await page.locator(".shell").waitFor();
    await page.reload();
    await page.locator(".shell").waitFor();
  }],
  ["one step back is one step", async ({ server, view, page }) => {
    await logIn(view, server);
    for (const name of ["Ports", "Services"]) {
      await page.getByRole("navigation", { name: "Screens" })
        .getByRole("link", { name }).first().click();
      await page.getByRole("heading", { name, level: 1 }).waitFor();
    }
    await page.goBack();
    await page.getByRole("heading", { name: "Ports", level: 1 }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "Overview", level: 1 }).waitFor();
    await page.goForward();
    await page.getByRole("heading", { name: "Ports", level: 1 }).waitFor();
  }],
];

tasksTest("what happens meanwhile, in the panel", TASKS);

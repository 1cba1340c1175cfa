/// <reference lib="dom" />
/** The panel without a pointer, and for people who listen to it. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { logIn, settled } from "./browser.ts";
import { account, dialog, tasksTest, waitUntil } from "./tasks.ts";

/** What is said of the element that has the focus. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement: at } = document;
    return at?.getAttribute("aria-label") ?? at?.textContent?.trim() ?? "";
  });
}

/** The other keys are tried one by one: they may go further than the page. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    if ((await focused(page)).startsWith(name)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`${name} is out of reach of the keyboard`);
}

tasksTest("the panel by keyboard alone", [
  ["the first key leads past the navigation", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/services");
    await settled(page);
    await page.evaluate(() => (document.activeElement as HTMLElement)?.blur());
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Skip to the content");
    await page.keyboard.press("Enter");
    assert.equal(
      await page.evaluate(() => document.activeElement?.id),
      "main",
    );
    await page.keyboard.press("Tab");
    assert.equal(
      await page.evaluate(() => document.activeElement?.closest("main")?.id),
      "main",
    );
  }],
  ["going along tabs, the focus stays on them", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/federation");
    await page.getByRole("tab", { name: "Rules" }).focus();
    for (const name of ["Peers", "Silent drop", "Endpoint rewrite"]) {
      await page.keyboard.press("ArrowRight");
      const tab = page.getByRole("tab", { name, selected: true });
      await tab.waitFor();
      assert.equal(await focused(page), name);
    }
    await page.keyboard.press("ArrowLeft");
    assert.equal(await focused(page), "Silent drop");
  }],
  [
    "a list is put in another order, and what was pressed keeps the focus",
    async (
      { server, view, page },
    ) => {
      await account(server, "aaa");
      await account(server, "zzz");
      await logIn(view, server, "/accounts");
      await settled(page);
      await tabTo(page, "Address");
      const heading = page.getByRole("columnheader", { name: "Address" });
      assert.equal(await heading.getAttribute("aria-sort"), "ascending");
      await page.keyboard.press("Enter");
      await page.locator("th[aria-sort=descending]").waitFor();
      await waitUntil(async () =>
        (await page.locator("tbody tr").first().innerText()).includes("zzz")
      );
      assert.match(await focused(page), /^Address/);
    },
  ],
  ["a question takes the focus, keeps it, and gives it back", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/accounts");
    await settled(page);
    const opener = page.getByRole("button", { name: "New account" });
    await opener.focus();
    await page.keyboard.press("Enter");
    await dialog(page, "New account");
    for (let keys = 0; keys < 12; keys++) {
      await page.keyboard.press(keys % 3 === 2 ? "Shift+Tab" : "Tab");
      // the browser's own buttons are between the last and the first
      assert.ok(
        await page.evaluate(() =>
          document.activeElement === document.body ||
          document.activeElement?.closest("dialog") !== null
        ),
      );
    }
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await focused(page), "New account");
  }],
  [
    "what has come of it is read out, from a place that was there before",
    async (
      { server, view, page },
    ) => {
      await logIn(view, server);
      await settled(page);
      const region = page.locator(".toasts[role=status][aria-live=polite]");
      await region.waitFor({ state: "attached" });
      await region.evaluate((place) => place.setAttribute("data-known", "yes"));
      await page.getByRole("button", { name: "Reload configuration" }).focus();
      await page.keyboard.press("Enter");
      await page.locator("[data-known]").getByText("were read again").waitFor();
    },
  ],
]);

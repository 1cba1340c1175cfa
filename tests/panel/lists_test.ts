/** Lists in the panel: whoever comes back to one finds it as it was. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { adminCall } from "../harness/admin_client.ts";
import type { Server } from "../harness/server.ts";
import { logIn, WITH_PANEL } from "./browser.ts";
import { account, type Task, tasksTest } from "./tasks.ts";

/** Screens with a list, and what is chosen there; without a name it is the field to search by. */
const LISTS: readonly (readonly [path: string, chosen?: string])[] = [
  ["/accounts"],
  ["/accounts", "Show"],
  ["/blocked"],
  ["/invites", "Show"],
  ["/shares"],
  ["/federation/peers"],
  ["/federation/peers", "Health"],
  ["/federation/peers", "Order"],
  ["/security?tab=audit"],
  ["/settings"],
  ["/logs"],
  ["/logs", "Shown from"],
];
const PEOPLE = 28;
const PAGE = 25;

async function people(server: Server): Promise<void> {
  for (let n = 0; n < PEOPLE; n++) {
    await account(server, `walker${String(n).padStart(2, "0")}`);
  }
}

function search(page: Page) {
  return page.getByRole("main").getByRole("search").getByRole("searchbox");
}

/** The second page of those that were searched for. */
async function isAsLeft(page: Page): Promise<void> {
  await page.getByText(`${PAGE + 1} to ${PEOPLE} of ${PEOPLE}`).waitFor();
  assert.equal(await search(page).inputValue(), "walker");
  assert.equal(
    await page.getByLabel("Show", { exact: true }).inputValue(),
    "never",
  );
  const names = await page.getByRole("row").getByRole("link").allTextContents();
  // the last name first
  assert.deepEqual(names.map((name) => name.slice(0, 8)), [
    "walker02",
    "walker01",
    "walker00",
  ]);
}

const TASKS: readonly Task[] = [
  ["an account leads back to the list that one came from", async (
    { server, view, page },
  ) => {
    await people(server);
    await account(server, "someone.else");
    await logIn(view, server, "/accounts");
    await search(page).fill("walker");
    await page.getByText(`1 to ${PAGE} of ${PEOPLE}`).waitFor();
    await page.getByLabel("Show", { exact: true }).selectOption("never");
    await page.getByRole("button", { name: "Address" }).click();
    await page.getByRole("link", { name: "walker27" }).waitFor();
    await page.getByRole("button", { name: "Next" }).click();
    await isAsLeft(page);
    const opened = async () => {
      await page.getByRole("link", { name: "walker02" }).click();
      await page.getByRole("heading", { name: /^walker02@/ }).waitFor();
    };
    await opened();
    await page.goBack();
    await isAsLeft(page);
    await opened();
    await page.reload();
    await page.getByRole("link", { name: "All accounts" }).click();
    await isAsLeft(page);
    await opened();
    await page.getByRole("navigation", { name: "Where you are" })
      .getByRole("link", { name: "Accounts" }).click();
    await isAsLeft(page);
    await page.reload();
    await isAsLeft(page);
    // from elsewhere, and by its name, it is all of it
    await page.getByRole("navigation", { name: "Screens" })
      .getByRole("link", { name: "Accounts" }).click();
    await page.getByText(`1 to ${PAGE} of ${PEOPLE + 1}`).waitFor();
    assert.equal(await search(page).inputValue(), "");
  }],
  ["an account that is blocked is called that in the list", async (
    { server, view, page },
  ) => {
    await adminCall(server, "blocklist.add", {
      username: "walker1*@chat.example",
      reason: "",
      confirmed: true,
    });
    await logIn(view, server, "/accounts?search=walker&limit=50");
    const row = (name: string) =>
      page.getByRole("row", { name: new RegExp(name) });
    await row("walker10").getByText("Blocked", { exact: true }).waitFor();
    assert.equal(await row("Blocked").count(), 10);
  }],
  ["what is no choice is as if nothing was chosen", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/accounts?filter=x&limit=7&offset=-1&sort=y");
    await page.getByText(`1 to ${PAGE} of ${PEOPLE + 1}`).waitFor();
    assert.equal(
      await page.getByLabel("Show", { exact: true }).inputValue(),
      "all",
    );
  }],
  ["what is looked for, or chosen, is there on the way back", async (
    { server, view, page },
  ) => {
    await adminCall(server, "registration_tokens.create", {});
    await adminCall(server, "log.level", { level: "info" });
    await logIn(view, server);
    for (const [path, chosen = ""] of LISTS) {
      await page.goto(view.base + path);
      const control = () =>
        chosen
          ? page.getByRole("main").getByLabel(chosen, { exact: true })
          : search(page);
      await (chosen
        ? control().selectOption({ index: 1 })
        : control().fill("wanted"));
      const shown = await control().inputValue();
      await page.waitForURL(({ search }) => search.includes(`=${shown}`));
      const url = page.url();
      await page.getByRole("link", { name: "Overview" }).first().click();
      await page.getByRole("heading", { name: "Overview" }).waitFor();
      await page.goBack();
      await control().waitFor();
      assert.equal(page.url(), url);
      assert.equal(await control().inputValue(), shown, path);
    }
  }],
];

tasksTest("lists, in the panel", TASKS, WITH_PANEL);

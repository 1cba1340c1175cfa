/** What fills the disk, and what is done against it, in the panel. */
import assert from "node:assert/strict";
import { adminCall } from "../harness/admin_client.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import type { Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { logIn } from "./browser.ts";
import {
  account,
  dialog,
  PASSWORD,
  picture,
  type Task,
  tasksTest,
  waitUntil,
} from "./tasks.ts";

/** Mail of one account to itself. */
async function fill(server: Server, address: string): Promise<void> {
  const client = await SmtpClient.submit(
    server.ports.submissionTls,
    await server.certificate(),
    address,
    PASSWORD,
  );
  const payload = await encryptedPayload(200_000);
  for (const id of ["one", "two", "three"]) {
    await client.send([address], messageOctets({ from: address, id, payload }));
  }
  client.close();
}

const TASKS: readonly Task[] = [
  ["what fills the disk is seen, and whose it is", async (
    { server, view, page },
  ) => {
    const address = await account(server, "collector");
    await fill(server, address);
    await logIn(view, server);
    await page.getByRole("link", { name: "Storage and maintenance" }).first()
      .click();
    const table = page.getByRole("table", { name: "What fills the disk" });
    await table.getByRole("row", { name: /Contents of messages/ }).waitFor();
    await table.getByRole("row", { name: /Database/ }).first().waitFor();
    await page.getByRole("table", { name: "Accounts that hold most" })
      .getByRole("link", { name: address }).click();
    await page.getByRole("heading", { name: address }).waitFor();
    await page.getByRole("button", { name: "Delete mail" }).click();
    const purge = await dialog(page, "Delete mail of this account");
    await purge.getByText("Would be deleted: 3").waitFor();
    await purge.getByLabel("Larger than", { exact: true }).fill("500");
    await purge.getByText("Would be deleted: 0").waitFor();
    await purge.getByLabel("Larger than", { exact: true }).fill("");
    await purge.getByText("Would be deleted: 3").waitFor();
    await picture(page, "purge");
    await purge.getByRole("button", { name: "Delete this mail" }).click();
    await page.getByText("Messages deleted: 3").waitFor();
    const { messages } = await adminCall(server, "accounts.info", {
      username: address,
    });
    assert.equal(messages, 0);
  }],
  ["a job counts before it runs", async ({ server, view, page }) => {
    await account(server, "stays");
    await logIn(view, server, "/storage");
    await page.getByRole("button", {
      name: "Run now: Delete old messages",
      exact: true,
    })
      .click();
    const question = await dialog(page, "Delete old messages");
    await question.getByText("Nothing would be deleted.").waitFor();
    await question.getByRole("button", { name: "Run now" }).click();
    await page.getByText("Delete old messages: Done").waitFor();
    const { tasks } = await adminCall(server, "tasks.list");
    const task = tasks.find(({ name }: { name: string }) =>
      name === "prune-old-messages"
    );
    assert.equal(task.last_error, null);
    assert.ok(task.last_finished_at > 0);
  }],
  ["retention is changed where it is shown", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/storage");
    const field = page.getByLabel("Messages are kept for", { exact: true });
    await field.fill("45");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved").first().waitFor();
    const { value } = await adminCall(server, "settings.get", {
      name: "message_retention",
    });
    assert.equal(value, "45d");
  }],
  [
    "a backup is made, downloaded and deleted",
    async ({ server, view, page }) => {
      await logIn(view, server, "/storage");
      await page.getByRole("button", { name: "Make a backup now" }).click();
      await page.getByText("The backup is made").waitFor();
      assert.equal((await adminCall(server, "backup.list")).backups.length, 1);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: /^Download the backup/ }).click(),
      ]);
      const file = await Deno.readFile(await download.path());
      assert.deepEqual([...file.subarray(0, 2)], [0x1f, 0x8b]); // RFC 1952 §2.3.1
      assert.match(download.suggestedFilename(), /^backup-.*\.tar\.gz$/);
      await page.getByRole("button", { name: /^Delete the backup/ }).click();
      const question = await dialog(page, "Delete this backup?");
      await question.getByText("Backups left: 0").waitFor();
      await question.getByRole("button", { name: "Delete" }).click();
      await page.getByText("There is no backup yet").waitFor();
      assert.equal((await adminCall(server, "backup.list")).backups.length, 0);
    },
  ],
  ["all mail is deleted by who types the word", async (
    { server, view, page },
  ) => {
    const address = "collector@chat.example";
    await fill(server, address);
    await logIn(view, server, "/storage");
    await page.getByRole("button", { name: "All mail" }).click();
    const question = await dialog(page, "Delete all mail of all accounts?");
    await question.getByText("Messages that would be deleted: 3").waitFor();
    const button = question.getByRole("button", { name: "Delete this mail" });
    assert.ok(await button.isDisabled());
    await question.getByRole("textbox").fill("delete everything");
    await button.click();
    await page.getByText("Deleting has begun").waitFor();
    await page.getByText("Done: 3, failed: 0.").waitFor();
    const { messages } = await adminCall(server, "accounts.info", {
      username: address,
    });
    assert.equal(messages, 0);
  }],
  ["a web page of others may use mail over HTTP", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/website");
    await page.getByText("visitors see the built-in pages").waitFor();
    const link = page.getByRole("link", { name: /\/privacy$/ });
    assert.match(await link.getAttribute("href") ?? "", /^https:.*\/privacy$/);
    await page.getByRole("switch", { name: /WebIMAP/ }).click();
    await waitUntil(async () =>
      (await adminCall(server, "webmail.status")).webimap_enabled
    );
    await page.getByLabel("Another origin").fill("https://app.example/path");
    await page.getByRole("button", { name: "Allow it" }).click();
    await page.getByText("must be like https://app.example, or *").waitFor();
    await page.getByLabel("Another origin").fill("https://app.example");
    await page.getByRole("button", { name: "Allow it" }).click();
    const table = page.getByRole("table", { name: /Web pages of others/ });
    const row = table.getByRole("row", { name: /https:\/\/app\.example/ });
    await row.waitFor();
    const status = await adminCall(server, "webmail.status");
    assert.deepEqual(status.cors_origins_list, ["https://app.example"]);
    await picture(page, "website");
    await row.getByRole("button", { name: "Delete" }).click();
    await page.getByText("No web page but this site's own").waitFor();
    await adminCall(server, "webmail.set", {
      service: "webimap",
      enabled: false,
    });
  }],
  ["the site is hidden, and found by a secret link", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/website");
    await page.getByLabel("What strangers see").selectOption("minimal");
    const question = await dialog(page, "Change what strangers see?");
    await question.getByText("as if there was nothing").waitFor();
    await question.getByRole("button", { name: "Change it" }).click();
    await page.getByText("Saved").first().waitFor();
    assert.equal((await adminCall(server, "stealth.status")).mode, "minimal");
    await page.getByRole("button", { name: "New secret link" }).click();
    await page.getByText("There is a new link").waitFor();
    await page.getByRole("button", { name: "Show the secret link" }).click();
    await page.getByText(/\?k=\w{24}/).waitFor();
    await adminCall(server, "stealth.set", { mode: "off" });
  }],
  ["the database is checked", async ({ server, view, page }) => {
    await logIn(view, server, "/storage");
    await page.getByRole("button", { name: "Check it" }).click();
    await page.getByText("Sound").waitFor();
  }],
];

tasksTest("upkeep, in the panel", TASKS);

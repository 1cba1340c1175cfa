/** What is done with people in the panel, and what comes of it for them. */
import { violations } from "./axe.ts";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { adminCall, adminToken } from "../harness/admin_client.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { logIn, settled } from "./browser.ts";
import {
  account,
  dialog,
  loginAnswer,
  type Parts,
  PASSWORD,
  picture,
  type Task,
  tasksTest,
  waitUntil,
} from "./tasks.ts";

const CONTACT = `https://i.delta.chat/#${"A".repeat(40)}&v=3&i=${
  "i".repeat(24)
}&s=${"s".repeat(24)}&a=ann%40chat.example&n=Ann`;

/** As an app does it. */
async function signUp({ view, server }: Parts, token?: string) {
  const query = token === undefined ? "" : `?token=${token}`;
  const url = `https://127.0.0.1:${server.ports.https}/new${query}`;
  const answer = await view.context.request.post(url);
  return answer.status();
}

const TASKS: readonly Task[] = [
  ["registration is closed where invitations are", async (
    parts,
  ) => {
    const { server, view, page } = parts;
    await logIn(view, server);
    await page.getByRole("link", { name: "Sign-up, invitations" }).click();
    await page.getByText("Anyone may sign up.").waitFor();
    assert.equal(await signUp(parts), 200);
    await page.getByRole("switch", { name: "Registration is open" }).click();
    const question = await dialog(page, "Close registration?");
    await question.getByText("without an invitation").waitFor();
    await question.getByRole("button", { name: "Close registration" }).click();
    await page.getByText("Registration is closed:").waitFor();
    assert.notEqual(await signUp(parts), 200);
  }],
  ["somebody is invited by link, code and paper", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/invites");
    await page.getByText("There are no invitations yet").waitFor();
    await page.getByRole("button", { name: "New invitation" }).click();
    const form = await dialog(page, "New invitation");
    await form.getByLabel("For how many people").selectOption("5");
    await form.getByLabel("Good for").selectOption("30d");
    await form.getByLabel("Comment").fill("chess club");
    await form.getByLabel("Words of welcome").fill("See you on Friday");
    await form.getByRole("button", { name: "Make invitation" }).click();
    const link = await dialog(page, "Pass the invitation on");
    await link.getByRole("img", { name: "QR code of the invitation" })
      .waitFor();
    await picture(page, "invitation");
    const url = await link.locator(".copied .code").textContent() ?? "";
    const token = /\/inv\/(\w+)$/.exec(url)?.[1];
    assert.ok(token, url);
    const guest = await view.context.newPage();
    // the name of the relay is known to no DNS here
    await guest.goto(url.replace("//chat.example", "//127.0.0.1"));
    await guest.getByText("You are invited").first().waitFor();
    await guest.getByText("See you on Friday").waitFor();
    assert.equal(await guest.getByText("chess club").count(), 0);
    await picture(guest, "guest");
    await guest.locator("main button[type=submit]").first().click();
    await guest.waitForURL(/\/new\/[\w-]+$/);
    await guest.close();
    await link.getByRole("button", { name: "Print sheet" }).click();
    await page.getByRole("heading", { name: "Print sheet" }).waitFor();
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".invite-card").count(), 4);
    assert.ok(await page.locator(".invite-card svg").first().isVisible());
    assert.ok(!await page.locator("#navigation").isVisible());
    await picture(page, "sheet");
    await page.emulateMedia({ media: "screen" });
    await page.getByRole("button", { name: "Back" }).click();
    await page.getByRole("row", { name: /chess club/ })
      .getByText("0 used, 1 on the way, of 5").waitFor();
    const text = await page.locator("main").innerText();
    assert.ok(!text.includes(token), "the list does not show it whole");
    assert.ok(!page.url().includes(token));
  }],
  ["an invitation is changed and deleted", async ({ server, view, page }) => {
    await logIn(view, server, "/invites");
    const row = page.getByRole("row", { name: /chess club/ });
    await row.getByRole("button", { name: "Edit" }).click();
    const form = await dialog(page, "Change the invitation");
    await form.getByLabel("Comment").fill("go club");
    await form.getByLabel("For how many people").selectOption("1");
    await form.getByRole("button", { name: "Save" }).click();
    const changed = page.getByRole("row", { name: /go club/ });
    await changed.getByRole("button", { name: "Who came by it" }).click();
    const over = await dialog(page, "Who came by it");
    await over.getByText("Nobody else can come").waitFor();
    await over.locator("summary").click();
    await over.getByRole("link", { name: /@chat\.example$/ }).waitFor();
    await over.getByRole("button", { name: "Done" }).click();
    await changed.getByRole("button", { name: "Delete" }).click();
    const question = await dialog(page, "Delete this invitation?");
    await question.getByText("Uses left: 0").waitFor();
    await question.getByRole("button", { name: "Delete" }).click();
    await page.getByText("There are no invitations yet").waitFor();
    const { total } = await adminCall(server, "registration_tokens.list");
    assert.equal(total, 0);
    await adminCall(server, "registration.open");
  }],
  ["an invitation is two clicks from the overview", async (
    { server, view, page },
  ) => {
    await logIn(view, server);
    await page.getByRole("link", { name: "Invite somebody" }).click();
    const making = await dialog(page, "New invitation");
    await making.getByRole("button", { name: "Make" }).click();
    const link = await dialog(page, "Pass the invitation on");
    await link.getByText(/\/inv\//).waitFor();
    await link.getByRole("button", { name: "Done" }).click();
    await link.waitFor({ state: "detached" });
    assert.equal(page.url(), `${view.base}/invites`);
    const { tokens } = await adminCall(server, "registration_tokens.list");
    assert.equal(tokens.length, 1);
    await adminCall(server, "registration_tokens.delete", {
      token: tokens[0].token,
    });
  }],
  ["an abuser is banned, and is out at once", async (
    { server, view, page },
  ) => {
    const address = await account(server, "abuser");
    const client = await ImapClient.connect(
      server.ports.imapTls,
      await server.certificate(),
    );
    await client.login(address, PASSWORD);
    await client.expectOk("SELECT INBOX");
    await logIn(view, server, "/accounts");
    await page.getByLabel("Search accounts").fill("abus");
    await page.getByRole("link", { name: address }).click();
    await page.getByText("Reads mail (IMAP)").waitFor();
    await page.getByRole("button", { name: "Ban", exact: true }).click();
    const question = await dialog(page, "Ban this account?");
    await question.getByText("Messages lost: 0").waitFor();
    await question.getByLabel("Reason").fill("sends spam");
    await picture(page, "ban");
    await question.getByRole("button", { name: "Ban", exact: true }).click();
    await page.getByText(`${address} is banned`).waitFor();
    await page.getByText("No account any more").waitFor();
    await assert.rejects(async () => {
      for (;;) await client.readResponse();
    });
    client.close();
    assert.equal(await loginAnswer(server, address, PASSWORD), "NO");
    await page.getByRole("link", { name: "Blocked", exact: true }).click();
    const row = page.getByRole("row", { name: new RegExp(address) });
    await row.getByText("sends spam").waitFor();
    await row.getByRole("button", { name: `Unblock ${address}` }).click();
    await page.getByText("No name is blocked").waitFor();
  }],
  ["a new account is shown once, and logs in", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/accounts");
    await page.getByRole("button", { name: "New account" }).click();
    const form = await dialog(page, "New account");
    await form.getByRole("button", { name: "Make account" }).click();
    const made = await dialog(page, "The account is there");
    await picture(page, "new-account");
    const [address = "", password = "", link = ""] = await made.locator(
      ".copied .code",
    ).allTextContents();
    assert.match(link, /^dclogin:/);
    assert.ok(await made.getByRole("img", { name: /QR code/ }).isVisible());
    assert.equal(await loginAnswer(server, address, password), "OK");
    await page.keyboard.press("Escape");
    assert.ok(await made.isVisible(), "it is not lost by a slip");
    await made.getByRole("button", { name: "I have passed it on" }).click();
    await made.waitFor({ state: "detached" });
    const left = await page.evaluate(() =>
      document.documentElement.outerHTML +
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }])
    );
    assert.ok(!left.includes(password));
    await page.getByRole("row", { name: new RegExp(address) }).waitFor();
  }],
  ["a name is chosen; what is wrong with it stands at the field", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/accounts");
    await page.getByRole("button", { name: "New account" }).click();
    const form = await dialog(page, "New account");
    await form.getByRole("switch", { name: "Choose name and password" })
      .click();
    const name = form.getByRole("textbox", { name: "Name" });
    await name.fill("no spaces please");
    await form.getByRole("button", { name: "Make account" }).click();
    await form.locator(".field.wrong").waitFor();
    await name.fill("chosen.name");
    await form.getByRole("button", { name: "Make account" }).click();
    const made = await dialog(page, "The account is there");
    await made.getByText("chosen.name@chat.example", { exact: true })
      .waitFor();
  }],
  ["a new password is given, and the old one is void", async (
    { server, view, page },
  ) => {
    const address = await account(server, "forgets");
    await logIn(view, server, `/accounts/${address}`);
    await page.getByRole("button", { name: "New password" }).click();
    const question = await dialog(page, "Give a new password?");
    await question.getByRole("button", { name: "New password" }).click();
    const made = await dialog(page, "The new password");
    const [shown, password = ""] = await made.locator(".copied .code")
      .allTextContents();
    assert.equal(shown, address);
    assert.equal(await loginAnswer(server, address, PASSWORD), "NO");
    assert.equal(await loginAnswer(server, address, password), "OK");
  }],
  ["deleting asks whether the name is blocked too", async (
    { server, view, page },
  ) => {
    for (
      const [name, isBlocked] of [["leaves", true], ["free", false]] as const
    ) {
      const address = await account(server, name);
      await logIn(view, server, `/accounts/${address}`);
      await page.getByRole("button", { name: "Delete", exact: true }).click();
      const question = await dialog(page, "Delete this account?");
      const also = question.getByRole("switch", {
        name: "Also block the name",
      });
      assert.equal(await also.getAttribute("aria-checked"), "true");
      if (!isBlocked) await also.click();
      await question.getByRole("button", { name: "Delete", exact: true })
        .click();
      await page.getByRole("heading", { name: "Accounts", exact: true })
        .waitFor();
      const { entries } = await adminCall(server, "blocklist.list", {
        search: address,
      });
      assert.equal(entries.length, isBlocked ? 1 : 0);
      await page.goto("about:blank"); // nothing more is asked, and refused
      await view.context.clearCookies();
    }
  }],
  ["a quota is set; what is over is deleted after it was counted", async (
    { server, view, page },
  ) => {
    const address = await account(server, "hoards");
    await logIn(view, server, `/accounts/${address}`);
    await page.getByRole("button", { name: "Change quota" }).click();
    const form = await dialog(page, "Quota");
    await form.getByLabel("Quota", { exact: true }).fill("7");
    await form.getByLabel("Unit of Quota").selectOption("MiB");
    await form.getByLabel("Quota", { exact: true }).fill("7");
    await form.getByRole("button", { name: "Save" }).click();
    await page.getByText("0 B of 7 MiB").waitFor();
    const { max_bytes } = await adminCall(server, "quota.get", {
      username: address,
    });
    assert.equal(max_bytes, 7 * 1024 * 1024);
    await page.getByRole("button", { name: "Delete mail" }).click();
    const purge = await dialog(page, "Delete mail of this account");
    await purge.getByText("Would be deleted: 0").waitFor();
  }],
  ["a page of accounts is all that is asked for", async (
    { server, view, page },
  ) => {
    for (let n = 10; n < 45; n++) await account(server, `page${n}`);
    await logIn(view, server);
    const asked: number[] = [];
    page.on("request", (request) => {
      const sent = request.postData();
      if (!sent?.includes('"accounts.list"')) return;
      asked.push(JSON.parse(sent).body.limit);
    });
    await page.getByRole("link", { name: "Accounts", exact: true }).first()
      .click();
    await page.getByText(/^1 to 25 of \d+$/).waitFor();
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText(/^26 to/).waitFor();
    await page.getByLabel("Rows per page").selectOption("50");
    await waitUntil(() => Promise.resolve(asked.at(-1) === 50));
    assert.deepEqual([...new Set(asked)], [25, 50]);
    await page.getByRole("button", { name: "Address" }).click();
    await page.locator("th[aria-sort=descending]").waitFor();
    await waitUntil(async () => {
      const names = await page.locator("tbody a").allTextContents();
      return names.every((name, at) => at === 0 || name < names[at - 1]!);
    });
  }],
  ["many are done with at once", async ({ server, view, page }) => {
    await logIn(view, server, "/accounts");
    await page.getByLabel("Search accounts").fill("page1");
    await page.getByText("page19@chat.example").waitFor();
    await waitUntil(async () => await page.locator("tbody tr").count() === 10);
    await page.getByLabel("Select all rows").check();
    await page.getByText("Picked: 10").waitFor();
    await page.getByRole("group", { name: /picked accounts/ })
      .getByRole("button", { name: "Delete" }).click();
    const question = await dialog(page, "Delete 10 accounts?");
    await picture(page, "bulk");
    await question.getByRole("button", { name: "Delete" }).click();
    await page.getByText("Done: 10").waitFor();
    await page.getByText("No account matches").waitFor();
    const { total } = await adminCall(server, "blocklist.list", {
      search: "page1",
    });
    assert.equal(total, 10);
  }],
  ["a file is looked at before it is taken", async ({ server, view, page }) => {
    await logIn(view, server, "/accounts");
    await page.getByRole("button", { name: "Import from a file" }).click();
    const box = await dialog(page, "Import accounts");
    const users = [
      { username: "moved.one", password: PASSWORD },
      { username: "moved.two", password: PASSWORD },
      { username: "page20", password: PASSWORD },
      { username: "<b>x</b>", password: PASSWORD },
    ];
    await box.getByLabel("File with accounts").setInputFiles({
      name: "people.json",
      mimeType: "application/json",
      buffer: Buffer.from(JSON.stringify(users)),
    });
    await box.getByText("To be imported: 2. Already there: 1.").waitFor();
    await box.getByText("Entries that cannot be taken: 1").waitFor();
    await box.getByText("<b>x</b>").waitFor();
    await picture(page, "import");
    assert.equal(
      (await adminCall(server, "accounts.list", { search: "moved" })).total,
      0,
    );
    await box.getByRole("button", { name: "Import: 2" }).click();
    await page.getByText("Accounts imported: 2").waitFor();
    assert.equal(
      await loginAnswer(server, "moved.one@chat.example", PASSWORD),
      "OK",
    );
  }],
  ["an export asks for the token again", async ({ server, view, page }) => {
    await logIn(view, server, "/accounts");
    await page.getByRole("button", { name: "Export to a file" }).click();
    const box = await dialog(page, "Export all accounts");
    const asked = page.waitForRequest((request) =>
      request.postData()?.includes("accounts.export") ?? false
    );
    await box.getByLabel("Admin token").fill(await adminToken(server));
    const saved = page.waitForEvent("download");
    await box.getByRole("button", { name: "Save the file" }).click();
    const headers = await (await asked).allHeaders();
    assert.match(headers.authorization ?? "", /^Bearer /);
    assert.equal(headers.cookie, undefined);
    const path = await (await saved).path();
    const users = JSON.parse(await Deno.readTextFile(path));
    assert.ok(
      users.some(({ username }: { username: string }) =>
        username === "moved.one@chat.example"
      ),
    );
  }],
  ["a notice reaches everybody, and is kept in mind", async (
    { server, view, page },
  ) => {
    const address = "moved.one@chat.example";
    const client = await ImapClient.connect(
      server.ports.imapTls,
      await server.certificate(),
    );
    await client.login(address, PASSWORD);
    await client.expectOk("SELECT INBOX");
    await logIn(view, server, "/notice");
    await page.getByLabel("Subject").fill("Moving <b>house</b>");
    await page.getByLabel("Text").fill("We are away on Sunday.\nSorry.");
    const bubble = page.locator(".bubble");
    await bubble.getByText("Moving <b>house</b>").waitFor();
    await picture(page, "notice");
    await page.getByRole("button", { name: "Send" }).click();
    const question = await dialog(page, "Send this notice?");
    const { total_users } = await adminCall(server, "notice.status");
    await question.getByText(`It goes to ${total_users} accounts.`).waitFor();
    await question.getByText("whose key is known").waitFor();
    await question.getByRole("button", { name: "Send" }).click();
    await page.getByText("It is being sent").waitFor();
    await page.getByRole("row").filter({ hasText: "Moving" })
      .getByText("Done").waitFor();
    await client.expectOk("NOOP");
    const [message] = await client.fetch("1:*");
    const text = new TextDecoder().decode(message?.octets);
    assert.match(text, /away on Sunday/);
    client.close();
  }],
  ["who writes to more than a hundred types how many", async (
    { server, view, page },
  ) => {
    const users = Array.from({ length: 101 }, (_, n) => ({
      username: `many${n}`,
      password: PASSWORD,
    }));
    await adminCall(server, "accounts.import", { users });
    await logIn(view, server, "/notice");
    await page.getByLabel("Subject").fill("x");
    await page.getByLabel("Text").fill("y");
    await page.getByRole("button", { name: "Send" }).click();
    const question = await dialog(page, "Send this notice?");
    const button = question.getByRole("button", { name: "Send" });
    assert.ok(await button.isDisabled());
    const { total_users } = await adminCall(server, "notice.status");
    await question.getByRole("textbox").fill(String(total_users));
    assert.ok(await button.isEnabled());
    await question.getByRole("button", { name: "Cancel" }).click();
  }],
  ["contacts are shared, and endings reserved", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/shares");
    await page.getByRole("button", { name: "New short link" }).click();
    const form = await dialog(page, "New short link");
    await form.getByLabel("Invite link").fill("javascript:alert(1)");
    await form.getByRole("button", { name: "Make it" }).click();
    await form.locator(".field.wrong").waitFor();
    await form.getByLabel("Invite link").fill(CONTACT);
    await form.getByLabel("Ending").fill("ann");
    await form.getByLabel("Name").fill("<i>Ann</i>");
    await form.getByRole("button", { name: "Make it" }).click();
    const row = page.getByRole("row", { name: /ann/ });
    await row.getByText("<i>Ann</i>").waitFor();
    await page.getByRole("button", { name: "Reserve an ending" }).click();
    const reserve = await dialog(page, "Reserve an ending");
    await reserve.getByLabel("Ending").fill("boss");
    await reserve.getByRole("button", { name: "Reserve an ending" }).click();
    await page.getByRole("row", { name: /boss/ }).getByText("Reserved")
      .waitFor();
    // buttons of rows that are there
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: "Delete ann" }).click();
    const question = await dialog(page, "Delete ann?");
    await question.getByRole("button", { name: "Delete" }).click();
    await row.waitFor({ state: "detached" });
    assert.equal((await adminCall(server, "sharing.list")).total, 1);
  }],
  ["all are deleted by who types the domain", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/accounts");
    const { login_count } = await adminCall(server, "accounts.status");
    await page.getByRole("button", { name: "Delete all accounts" }).click();
    const question = await dialog(page, "Delete all accounts?");
    await question.getByText(`Accounts: ${login_count}.`).waitFor();
    const button = question.getByRole("button", { name: "Delete all" });
    assert.ok(await button.isDisabled());
    const field = question.getByRole("textbox");
    await field.fill("other.example");
    assert.ok(await button.isDisabled());
    await field.fill("chat.example");
    await button.click();
    await page.getByText(`Accounts deleted: ${login_count}`).waitFor();
    await page.getByText("There are no accounts yet").waitFor();
    await settled(page);
  }],
];

tasksTest("people, in the panel", TASKS);

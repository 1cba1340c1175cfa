/** Mail with other servers in the panel: why it is stuck, and with whom it is exchanged. */
import assert from "node:assert/strict";
import { adminCall } from "../harness/admin_client.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import type { Server } from "../harness/server.ts";
import { SmtpClient } from "../harness/smtp_client.ts";
import { logIn, WITH_PANEL } from "./browser.ts";
import {
  account,
  dialog,
  PASSWORD,
  picture,
  type Task,
  tasksTest,
  waitUntil,
} from "./tasks.ts";

/** What somebody else's server says, which is shown as it is. */
const HOSTILE = `busy <img src=x onerror="document.title='gone'">`;

/** Another server that takes nothing for now. */
class BusyServer implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly port = this.#listener.addr.port;
  /** Times that somebody came. */
  visits = 0;

  constructor() {
    void this.#serve();
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      this.visits++;
      const reply = new TextEncoder().encode(`421 4.3.2 ${HOSTILE}\r\n`);
      await connection.write(reply).catch(() => 0);
      connection.close();
    }
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

async function send(server: Server, to: readonly string[]): Promise<void> {
  const from = "writer@chat.example";
  const client = await SmtpClient.submit(
    server.ports.submissionTls,
    await server.certificate(),
    from,
    PASSWORD,
  );
  const payload = await encryptedPayload(500);
  await client.send(to, messageOctets({ from, id: to.join("."), payload }));
  client.close();
}

async function queued(server: Server) {
  return (await adminCall(server, "queue.list")).entries;
}

const TASKS: readonly Task[] = [
  ["a message is stuck: the reason is found, and it is tried again", async (
    { server, view, page },
  ) => {
    using busy = new BusyServer();
    await adminCall(server, "endpoint_cache.set", {
      lookup_key: "busy.example",
      target_host: `smtp://127.0.0.1:${busy.port}`,
      tls: "none",
    });
    await account(server, "writer");
    await send(server, ["bob@busy.example"]);
    await waitUntil(async () =>
      (await queued(server))[0]?.last_error?.includes("busy") ?? false
    );
    await logIn(view, server);
    await page.getByRole("link", { name: "Queue" }).first().click();
    const table = page.getByRole("table", { name: "Messages" });
    const row = table.getByRole("row", { name: /bob@busy\.example/ });
    await row.getByText(HOSTILE).waitFor();
    await picture(page, "queue");
    assert.equal(await page.locator("main img").count(), 0);
    const visits = busy.visits;
    await row.getByRole("button", { name: /^Try again/ }).click();
    await page.getByText("It is tried now").waitFor();
    await waitUntil(() => Promise.resolve(busy.visits > visits));
    await row.getByRole("button", { name: /^Hold back/ }).click();
    await row.getByText("Held back", { exact: true }).waitFor();
    assert.equal((await queued(server))[0].state, "held");
    await row.getByRole("button", { name: /^Release/ }).click();
    await row.getByText("Waiting", { exact: true }).waitFor();
    assert.ok(!(await page.title()).includes("gone"));
  }],
  ["a peer is looked at and blocked where it is listed", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/federation/peers?health=bad");
    assert.equal(await page.getByLabel("Health").inputValue(), "bad");
    await page.getByRole("button", { name: "Details of busy.example" })
      .click();
    const peer = await dialog(page, "busy.example");
    await peer.getByText("Last failure:").waitFor();
    await picture(page, "peer");
    await peer.getByRole("button", { name: "Test delivery" }).click();
    await peer.getByText("Mail goes by the entry for busy.example.")
      .waitFor();
    await peer.getByRole("button", { name: "Block this domain" }).click();
    const question = await dialog(page, "Block busy.example?");
    await question.getByRole("button", { name: "Block this domain" }).click();
    await page.getByText("busy.example is blocked").waitFor();
    const { rules } = await adminCall(server, "federation.rules");
    assert.deepEqual(
      rules.map(({ domain, action }: Record<string, string>) => [
        domain,
        action,
      ]),
      [["busy.example", "block"]],
    );
    await adminCall(server, "federation.remove_rule", {
      domain: "busy.example",
    });
  }],
  ["dropping says how many do not get it", async ({ server, view, page }) => {
    await send(server, ["a@busy.example", "b@busy.example"]);
    const before = (await queued(server)).length;
    assert.ok(before >= 2);
    await logIn(view, server, "/queue?state=held&limit=50");
    assert.equal(await page.getByLabel("State").inputValue(), "held");
    assert.equal(await page.getByLabel("Rows per page").inputValue(), "50");
    await page.getByRole("button", { name: "Drop: busy.example" }).click();
    const question = await dialog(page, "Drop this mail?");
    await question.getByText(`Recipients who do not get it: ${before}`)
      .waitFor();
    await question.getByRole("button", { name: "Drop" }).click();
    await page.getByText("Nothing is waiting").waitFor();
    assert.deepEqual(await queued(server), []);
  }],
  ["switching the policy says what it does", async (
    { server, view, page },
  ) => {
    for (const name of ["one", "two", "three"]) {
      await adminCall(server, "federation.set_rule", {
        domain: `${name}.example`,
        action: "allow",
      });
    }
    await logIn(view, server, "/federation");
    await page.getByRole("button", { name: "Allow only listed domains" })
      .click();
    const question = await dialog(page, "Allow only listed domains?");
    await question.getByText(
      "3 listed domains become the only allowed ones.",
    ).waitFor();
    await question.getByText("three.example").waitFor();
    await picture(page, "policy");
    await question.getByRole("button", { name: "Allow only these" }).click();
    await page.getByText("Only domains that are allowed").first().waitFor();
    const { policy } = await adminCall(server, "federation.status");
    assert.equal(policy, "REJECT");
    await page.getByRole("button", { name: "Allow a domain" }).waitFor();
    await adminCall(server, "federation.set_policy", { policy: "ACCEPT" });
    await page.getByRole("button", { name: "Block a domain" }).click();
    const form = await dialog(page, "New rule");
    await form.getByLabel("Domain").fill("not a domain");
    await form.getByRole("button", { name: "Save" }).click();
    await form.locator(".field.wrong").waitFor();
    await form.getByLabel("Domain").fill("*.spam.example");
    await form.getByLabel("Comment").fill("<script>document.title=1</script>");
    await form.getByRole("button", { name: "Save" }).click();
    const row = page.getByRole("row", { name: /\*\.spam\.example/ });
    await row.getByText("<script>document.title=1</script>").waitFor();
    await row.getByText("Blocked", { exact: true }).waitFor();
    await row.getByRole("button", { name: /^Remove the rule/ }).click();
    await row.waitFor({ state: "detached" });
  }],
  ["domains are dropped silently, rewritten, and sized", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/federation");
    await page.getByRole("tab", { name: "Silent drop" }).click();
    await page.getByRole("button", { name: "Add a domain" }).click();
    const drop = await dialog(page, "Add a domain");
    await drop.getByLabel("Domain").fill("void.example");
    await drop.getByRole("button", { name: "Drop silently" }).click();
    await page.getByRole("row", { name: /void\.example/ }).waitFor();
    await page.getByRole("tab", { name: "Endpoint rewrite" }).click();
    await page.getByRole("button", { name: "Add a rewrite" }).click();
    const form = await dialog(page, "Add a rewrite");
    await form.getByLabel("Domain").fill("far.example");
    await form.getByLabel("Target", { exact: true }).fill("ftp://x.example");
    await form.getByRole("button", { name: "Save" }).click();
    await form.locator(".field.wrong").waitFor();
    await form.getByLabel("Target", { exact: true }).fill("near.example");
    await form.getByRole("button", { name: "Save" }).click();
    await page.getByRole("row", { name: /near\.example/ }).waitFor();
    await page.getByRole("tab", { name: "Size limit" }).click();
    const limit = page.getByLabel("Largest message", { exact: true });
    await limit.fill("12");
    await page.getByLabel("Unit of Largest message").selectOption("MiB");
    await limit.fill("12");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("In force: 12 MiB").waitFor();
    const found = await adminCall(server, "federation.status");
    assert.equal(found.max_federation_size, 12 * 1024 * 1024);
    assert.equal(found.dismissed, 1);
  }],
  ["an exchanger is named, and its token shown once", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/federation/exchangers");
    await page.getByRole("button", { name: "Add an exchanger" }).click();
    const form = await dialog(page, "Add an exchanger");
    await form.getByLabel("Name").fill("hub");
    await form.getByRole("textbox", { name: "Address" }).fill(
      "http://hub.example",
    );
    await form.getByRole("switch", { name: "Let it fetch mail from us" })
      .click();
    await form.getByRole("button", { name: "Save" }).click();
    await form.locator(".field.wrong").waitFor();
    await form.getByRole("textbox", { name: "Address" }).fill(
      "https://hub.example",
    );
    await form.getByRole("button", { name: "Save" }).click();
    const shown = await dialog(page, "Token");
    const token = await shown.locator(".code").textContent() ?? "";
    assert.ok(token.length >= 16);
    await shown.getByRole("button", { name: "Done" }).click();
    await page.getByRole("heading", { name: "hub" }).waitFor();
    assert.ok(!(await page.content()).includes(token));
    await page.getByRole("button", { name: "Remove" }).click();
    const question = await dialog(page, "Forget hub?");
    await question.getByRole("button", { name: "Remove" }).click();
    await page.getByText("There are no exchangers").waitFor();
    assert.equal((await adminCall(server, "exchangers.list")).total, 0);
  }],
];

tasksTest("mail exchange, in the panel", TASKS, WITH_PANEL);

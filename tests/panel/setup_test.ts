/// <reference lib="dom" />
/** What is set up in the panel, and what is counted only where the operator says so. */
import assert from "node:assert/strict";
import { adminCall } from "../harness/admin_client.ts";
import { reservePorts } from "../harness/ports.ts";
import { logIn, WITH_PANEL } from "./browser.ts";
import { account, dialog, loginAnswer, PASSWORD, tasksTest } from "./tasks.ts";

tasksTest("people set up a relay in the panel", [
  ["the page moves with the port that it came through", async (
    { server, view, page },
  ) => {
    const [port = 0] = reservePorts(1);
    await logIn(view, server, "/ports");
    await page.getByRole("button", { name: "Change the port of HTTPS" })
      .click();
    const question = await dialog(page, "HTTPS");
    await question.getByText("it moves to the new one").waitFor();
    await question.getByLabel("Port", { exact: true }).fill(String(port));
    await question.getByRole("button", { name: "Save" }).click();
    await page.waitForURL(`https://127.0.0.1:${port}/admin/ports`);
    // still logged in: a cookie knows no ports
    await page.getByRole("row", { name: "HTTPS" })
      .getByText(String(port), { exact: true }).waitFor();
    await page.getByRole("button", { name: "Change the port of HTTPS" })
      .click();
    await page.getByRole("button", { name: "As the file says" }).click();
    await page.waitForURL(`${view.base}/ports`);
    await page.getByRole("row", { name: "HTTPS" }).waitFor();
    // a page that is on its way may still ask where nobody listens any more
    const faults = view.faults.filter((one) => !/ERR_CONNECTION_/.test(one));
    view.faults.splice(0, Infinity, ...faults);
  }],
  [
    "from here to the panel of another server, which nobody else is told of",
    async (
      { server, view, page },
    ) => {
      await logIn(view, server);
      await page.getByRole("button", { name: "Language and look" }).click();
      await page.getByRole("button", { name: "Other servers", exact: true })
        .click();
      const list = await dialog(page, "Other servers");
      const address = list.getByLabel("Address of its panel");
      for (
        const wrong of ["javascript:alert(1)", "http://chat.example/admin"]
      ) {
        await address.fill(wrong);
        await list.getByRole("button", { name: "Add" }).click();
        await list.getByText("Not an https address").waitFor();
      }
      const there = `${view.base.replace("/admin", "/elsewhere")}/`;
      await address.fill(`${there}#c=secret`);
      await list.getByLabel("Name", { exact: true }).fill("The second one");
      await list.getByRole("button", { name: "Add" }).click();
      await list.getByRole("link", { name: "The second one" }).waitFor();
      assert.deepEqual(
        await page.evaluate(() => localStorage.getItem("panel.servers")),
        JSON.stringify([{ name: "The second one", url: there }]),
      );
      await page.keyboard.press("Escape");
      await page.route(there, (route) => route.fulfill({ body: "it is here" }));
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Where to?" }).fill("second");
      await page.keyboard.press("Enter");
      await page.getByText("it is here").waitFor();
      assert.equal(page.url(), there);
    },
  ],
  ["a port that is in use is refused at its field, and the page stays", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/ports");
    await page.getByRole("button", { name: "Change the port of HTTPS" })
      .click();
    const question = await dialog(page, "HTTPS");
    await question.getByLabel("Port", { exact: true })
      .fill(String(server.ports.imap));
    await question.getByRole("button", { name: "Save" }).click();
    await question.locator(".problem").first().waitFor();
    assert.equal(page.url(), `${view.base}/ports`);
  }],
  ["a secret is drawn, and what it is set to is what was shown", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/proxy");
    const card = page.locator(".card").filter({
      hasText: "http_proxy_password",
    });
    await card.getByRole("button", { name: /^Draw at random/ }).click();
    const drawn = await card.getByLabel("CONNECT: password", { exact: true })
      .inputValue();
    assert.match(drawn, /^[a-z2-9]{20}$/);
    await card.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved").waitFor();
    const { value } = await adminCall(server, "settings.reveal", {
      name: "http_proxy_password",
    });
    assert.equal(value, drawn);
  }],
  ["the tunnel of CONNECT is shown with its place", async (
    { server, view, page },
  ) => {
    await logIn(view, server, "/proxy");
    const { address } = await adminCall(server, "http_proxy.status", {});
    assert.ok(typeof address === "string" && address !== "");
    await page.locator(".card").getByText(address, { exact: true }).waitFor();
  }],
  ["what single people move is not counted, and the page says so", async (
    { server, view, page },
  ) => {
    const address = await account(server, "uncounted");
    assert.equal(await loginAnswer(server, address, PASSWORD), "OK");
    await logIn(view, server, `/accounts/${address}`);
    await page.getByText("Traffic of single accounts is not counted").waitFor();
    assert.equal(await page.locator(".plot").count(), 0);
  }],
], WITH_PANEL);

tasksTest("people look at what is counted of each", [
  ["an account has its traffic by day", async ({ server, view, page }) => {
    const address = await account(server, "counted");
    assert.equal(await loginAnswer(server, address, PASSWORD), "OK");
    const { bandwidth } = await adminCall(server, "accounts.detail", {
      username: address,
    });
    assert.equal(bandwidth.days.length, 1);
    assert.equal(bandwidth.days[0].bytes_out, bandwidth.bytes_out);
    await logIn(view, server, `/accounts/${address}`);
    const graph = page.getByRole("figure", { name: "Traffic by day" });
    await graph.getByRole("button", { name: "Show data" }).click();
    await graph.getByRole("row").nth(1).waitFor();
    assert.match(await graph.getByRole("row").nth(1).innerText(), /\d\sB|KiB/);
  }],
], `${WITH_PANEL}\n[bandwidth]\nper_user = true\n`);

tasksTest("people look at other servers that are not counted", [
  ["that there are sums alone is said", async ({ server, view, page }) => {
    await logIn(view, server, "/federation/peers");
    await page.getByText("Single servers are not counted").waitFor();
  }],
], `${WITH_PANEL}\n[federation]\nstats_per_domain = false\n`);

/// <reference lib="dom" />
/** What people do with the panel, in a browser, and what comes of it. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { adminCall } from "../harness/admin_client.ts";
import { Server } from "../harness/server.ts";
import { violations } from "./axe.ts";
import {
  drawn,
  goByKeys,
  isInstalled,
  launch,
  logIn,
  open,
  sees,
  settled,
  type View,
  waitUntil,
  WITH_PANEL,
} from "./browser.ts";

interface Parts {
  readonly server: Server;
  readonly view: View;
}

const STEPS: readonly (readonly [string, (parts: Parts) => Promise<void>])[] = [
  ["a wrong token is said to be wrong, and stays out of the address", async (
    { view: { page, base } },
  ) => {
    await page.goto(`${base}/accounts`);
    await page.getByLabel("Admin token").fill("not the token at all, no");
    await page.getByRole("button", { name: "Log in", exact: true }).click();
    await page.getByText("This token is not valid").waitFor();
    assert.equal(page.url(), `${base}/accounts`);
  }],
  ["a login link lets in once, and leaves the address bar at once", async (
    { server, view: { page, base, context } },
  ) => {
    const { code } = await adminCall(server, "admin.login");
    await page.goto(`${base}/services#c=${code}`);
    await page.getByRole("heading", { name: "Services" }).waitFor();
    assert.equal(page.url(), `${base}/services`);
    await context.clearCookies();
    await page.goto(`${base}/services?again#c=${code}`);
    await page.getByText("This link was used already").waitFor();
    assert.ok(!page.url().includes(code));
  }],
  ["nothing of the session is kept where scripts can read it", async (
    { server, view },
  ) => {
    await logIn(view, server);
    const kept = await view.page.evaluate(() =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
      ])
    );
    const token = await Deno.readTextFile(`${server.stateDir}/admin_token`);
    assert.ok(!kept.includes(token.trim()));
    assert.doesNotMatch(kept, /adm/);
  }],
  ["a QR code that the panel shows lets another browser in", async (
    { server, view },
  ) => {
    await logIn(view, server, "/security");
    await view.page.getByRole("button", { name: "Make a login code" }).click();
    const picture = await view.page.getByRole("img", {
      name: "Login link for another device",
    }).screenshot();
    const { context, page, faults } = await open(
      view.context.browser()!,
      server,
    );
    await page.goto(`${view.base}/services`);
    await page.getByRole("button", { name: "Scan a QR code" }).click();
    await page.getByLabel("Picture of the code").setInputFiles({
      name: "code.png",
      mimeType: "image/png",
      buffer: picture,
    });
    await page.getByRole("heading", { name: "Services" }).waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  }],
  ["failed logins, and who is locked out, are seen", async (
    { server, view },
  ) => {
    const { page } = view;
    await logIn(view, server, "/security?tab=failures");
    await page.getByText("Wrong passwords since the start").waitFor();
    await page.getByText("Nobody has shown too many wrong tokens").waitFor();
  }],
  ["without events everything is asked again, and silence is said", async (
    { server, view },
  ) => {
    const { page } = view;
    await page.route("**/api/admin/events", (route) => route.abort());
    await logIn(view, server, "/services");
    await page.getByText("every 10 s").waitFor();
    const toggle = page.getByRole("switch", {
      name: "Sign-up needs an invitation",
    });
    const before = await toggle.getAttribute("aria-checked");
    await adminCall(server, "registration.token_required", {
      enabled: before !== "true",
    });
    await page.waitForFunction(
      (before) =>
        [...document.querySelectorAll("[role=switch]")].some((one) =>
          one.getAttribute("aria-labelledby") !== null &&
          document.getElementById(one.getAttribute("aria-labelledby")!)
              ?.textContent === "Sign-up needs an invitation" &&
          one.getAttribute("aria-checked") !== before
        ),
      before,
    );
    await adminCall(server, "registration.token_required", { enabled: false });
    await page.route("**/api/admin", (route) => route.abort());
    await page.getByText("Reconnecting…").waitFor();
    await page.goto("about:blank"); // nothing more is asked
    view.faults.length = 0; // the browser says that nothing came
  }],
  ["registration is closed by a switch, after a question", async (
    { server, view },
  ) => {
    await logIn(view, server, "/services");
    const { page } = view;
    const toggle = page.getByRole("switch", { name: "Registration is open" });
    assert.equal(await toggle.getAttribute("aria-checked"), "true");
    await toggle.click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("invitations still work").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    assert.equal(await toggle.getAttribute("aria-checked"), "true");
    assert.equal(await signUp(view), 200);
    // on a phone people press its words
    await page.getByText("Registration is open", { exact: true }).click();
    await dialog.getByRole("button", { name: "Turn off" }).click();
    await page.locator("[role=switch][aria-checked=false]").first().waitFor();
    await dialog.waitFor({ state: "detached" });
    await waitUntil(async () =>
      (await adminCall(server, "registration.status")).open === false
    );
    assert.equal(await signUp(view), 403);
    await adminCall(server, "registration.open");
  }],
  ["a switch that is refused goes back, and says why", async (
    { server, view },
  ) => {
    await logIn(view, server, "/services");
    const { page } = view;
    const toggle = page.getByRole("switch", {
      name: "Sign-up needs an invitation",
    });
    let meanwhile: string | null = null;
    await page.route("**/api/admin", async (route) => {
      const { method } = route.request().postDataJSON();
      if (method !== "settings.set") return await route.continue();
      // while nothing is known, it shows what is wished
      meanwhile = await toggle.getAttribute("aria-checked");
      await route.fulfill({
        json: { status: 409, error: "It is locked", code: "locked" },
      });
    });
    const before = await toggle.getAttribute("aria-checked");
    await toggle.click();
    await page.getByRole("alert").filter({ hasText: "It is locked" })
      .waitFor();
    assert.equal(await toggle.getAttribute("aria-checked"), before);
    assert.equal(meanwhile, before === "true" ? "false" : "true");
    await page.unroute("**/api/admin");
  }],
  ["a session that ends keeps what was typed, and goes on after login", async (
    { server, view },
  ) => {
    await logIn(view, server, "/security");
    const { page } = view;
    await page.getByRole("button", { name: "New token" }).click();
    const form = page.getByRole("dialog", { name: "New token" });
    await form.getByLabel("Name").fill("nightly backup");
    // it finds out by what was typed, not by what it asks of itself meanwhile
    let isFound = () => {};
    const found = new Promise<void>((resolve) => isFound = resolve);
    await page.route("**/api/admin", async (route) => {
      const { method } = route.request().postDataJSON();
      if (method !== "admin_tokens.create") await found;
      await route.continue();
    });
    const { sessions } = await adminCall(server, "admin_sessions.list");
    for (const { id } of sessions) {
      await adminCall(server, "admin_sessions.end", { id });
    }
    await form.getByRole("button", { name: "New token" }).click();
    const again = page.getByRole("dialog", { name: "Your session has ended" });
    await again.waitFor();
    isFound();
    assert.deepEqual(await violations(page), []);
    assert.equal(await form.getByLabel("Name").inputValue(), "nightly backup");
    const token = await Deno.readTextFile(`${server.stateDir}/admin_token`);
    await again.getByLabel("Admin token").fill(token.trim());
    await again.getByRole("button", { name: "Log in", exact: true }).click();
    await page.getByRole("dialog", { name: "The new token" }).waitFor();
    const { tokens } = await adminCall(server, "admin_tokens.list");
    assert.deepEqual(tokens.map(({ name }: { name: string }) => name), [
      "nightly backup",
    ]);
  }],
  ["a wrong value is said at its field", async ({ server, view }) => {
    await logIn(view, server, "/security");
    const { page } = view;
    await page.getByRole("button", { name: "New token" }).click();
    const form = page.getByRole("dialog", { name: "New token" });
    await form.getByRole("button", { name: "New token" }).click();
    const field = form.getByLabel("Name");
    await form.locator(".field.wrong .problem").waitFor();
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    const described = await field.getAttribute("aria-describedby") ?? "";
    const problem = await form.locator(".problem").getAttribute("id") ?? "?";
    assert.ok(described.split(" ").includes(problem), described);
    await page.keyboard.press("Escape");
    await form.waitFor({ state: "detached" });
    // the focus is given back
    await page.waitForFunction(() =>
      document.activeElement?.textContent === "New token"
    );
  }],
  ["keys lead everywhere", async ({ server, view }) => {
    await logIn(view, server);
    const { page, base } = view;
    await settled(page);
    await goByKeys(page, "s");
    await page.getByRole("heading", { name: "Services" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Where to?" }).fill("renew");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Certificates and DNS" })
      .waitFor();
    assert.equal(page.url(), `${base}/certificates`);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await page.keyboard.press("Escape");
    await page.goBack();
    await page.getByRole("heading", { name: "Services" }).waitFor();
  }],
  ["what is opened as soon as a screen is there stays open", async (
    { server, view },
  ) => {
    await logIn(view, server);
    const { page } = view;
    await settled(page);
    await page.evaluate(() =>
      new MutationObserver((_, observer) => {
        if (document.querySelector("main h1")?.textContent !== "Services") {
          return;
        }
        observer.disconnect();
        dispatchEvent(
          new KeyboardEvent("keydown", { key: "k", ctrlKey: true }),
        );
      }).observe(document, { subtree: true, childList: true })
    );
    await goByKeys(page, "s");
    const field = page.getByRole("combobox", { name: "Where to?" });
    await field.fill("renew");
    await drawn(page);
    await drawn(page);
    assert.equal(await field.inputValue(), "renew");
  }],
  ["a link that is followed with the first letter typed is asked about", async (
    { server, view },
  ) => {
    await logIn(view, server, "/security?tab=paths");
    const { page } = view;
    const field = page.getByLabel("Path of the panel");
    await field.evaluate(async (input: HTMLInputElement) => {
      const { set } = Object.getOwnPropertyDescriptor(
        HTMLInputElement.prototype,
        "value",
      )!;
      set!.call(input, "/elsewhere");
      input.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve)); // it is drawn
      document.querySelector<HTMLElement>(".nav a[href$='/ports']")!.click();
    });
    await page.getByRole("dialog", { name: "Leave what you have typed?" })
      .getByRole("button", { name: "Leave" }).click();
    await page.getByRole("heading", { name: "Ports" }).waitFor();
  }],
  ["what was typed is not left unasked", async ({ server, view }) => {
    await logIn(view, server, "/security?tab=paths");
    const { page, base } = view;
    await page.getByLabel("Path of the panel").fill("/elsewhere");
    await page.getByRole("link", { name: "Ports" }).click();
    const question = page.getByRole("dialog", {
      name: "Leave what you have typed?",
    });
    await question.getByRole("button", { name: "Cancel" }).click();
    assert.equal(
      await page.getByLabel("Path of the panel").inputValue(),
      "/elsewhere",
    );
    await page.getByRole("link", { name: "Ports" }).click();
    await question.getByRole("button", { name: "Leave" }).click();
    await page.getByRole("heading", { name: "Ports" }).waitFor();
    assert.equal(page.url(), `${base}/ports`);
  }],
  ["the theme is chosen before anything is painted, and kept", async (
    { server, view },
  ) => {
    await logIn(view, server);
    const { page } = view;
    await page.getByRole("button", { name: "Language and look" }).click();
    await page.getByLabel("Look", { exact: true }).selectOption("dark");
    await page.getByLabel("Language", { exact: true }).selectOption("es");
    await page.getByRole("heading", { name: "Resumen" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Resumen" }).waitFor();
    assert.equal(
      await page.locator("html").getAttribute("data-theme"),
      "dark",
    );
  }],
  ["the panel moves, and the page with it", async ({ server, view }) => {
    await logIn(view, server, "/security?tab=paths");
    const { page } = view;
    await page.getByLabel("Path of the panel").fill("/p-7f3a");
    await page.getByRole("button", { name: "Move the panel" }).click();
    await page.getByRole("dialog").getByRole("button", {
      name: "Move the panel",
    }).click();
    await page.waitForURL("**/p-7f3a/security");
    await page.getByRole("heading", { name: "Security" }).waitFor();
    const old = await fetch(
      `http://127.0.0.1:${server.ports.http}/admin/`,
    );
    assert.equal(old.status, 404);
    await old.body?.cancel();
    await page.goto("about:blank"); // nothing more is fetched there
    await adminCall(server, "admin_web.path");
  }],
];

async function signUp({ page, base }: View): Promise<number> {
  const response = await page.request.post(new URL("/new", base).href);
  return response.status();
}

async function step(
  browser: Browser,
  server: Server,
  work: (parts: Parts) => Promise<void>,
): Promise<void> {
  const view = await open(browser, server);
  try {
    await work({ server, view });
    // the browser itself says so of an answer of 401
    const faults = view.faults.filter((fault) => !/status of 401/.test(fault));
    assert.deepEqual(faults, []);
  } catch (error) {
    throw new Error(`On the screen: ${await sees(view)}\n${error}`);
  } finally {
    await view.context.close();
  }
}

Deno.test({
  name: "the panel, used by a person",
  ignore: !isInstalled(),
  async fn(t) {
    const server = await Server.start({ config: WITH_PANEL });
    const browser = await launch();
    try {
      for (const [name, work] of STEPS) {
        await t.step(name, () => step(browser, server, work));
      }
    } finally {
      await browser.close();
      await server.dispose();
    }
  },
});

Deno.test("a panel at a path of its own is there while the site hides", async () => {
  const server = await Server.start({
    config: `${WITH_PANEL}web_path = "/p-31f0"\n[web]\nstealth = "minimal"\n`,
  });
  try {
    const at = (path: string) =>
      fetch(`http://127.0.0.1:${server.ports.http}${path}`);
    const page = await at("/p-31f0/");
    assert.equal(page.status, 200);
    const text = await page.text();
    const [, script = ""] = /src="([^"]+panel\.[^"]+)"/.exec(text) ?? [];
    const file = await at(script);
    assert.equal(file.status, 200);
    await file.body?.cancel();
    for (const path of ["/admin/", "/p-31f0x/", "/static/panel.js", "/"]) {
      const response = await at(path);
      assert.doesNotMatch(await response.text(), /Postern|panel/, path);
    }
  } finally {
    await server.dispose();
  }
});

Deno.test("a panel that is off is not there", async () => {
  const server = await Server.start();
  try {
    for (const path of ["/admin", "/admin/", "/admin/assets/panel.js"]) {
      const url = `http://127.0.0.1:${server.ports.http}${path}`;
      const response = await fetch(url, { redirect: "manual" });
      assert.equal(response.status, 404, path);
      await response.body?.cancel();
    }
  } finally {
    await server.dispose();
  }
});

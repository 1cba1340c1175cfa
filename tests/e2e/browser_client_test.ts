/**
 * The browser client in Debian's Chromium, and a real Delta Chat core: they meet
 * both ways, and write to each other, alone and in groups. Skipped where there
 * is no Chromium.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { renderSVG } from "uqr";
import { Server } from "../harness/server.ts";
import { LIMIT_MS, until } from "../harness/until.ts";
import { Core, hasJoined } from "./core.ts";
import { isInstalled, launch } from "../harness/chromium.ts";

/** All records of the browser's database, as they lie there. */
const RECORDS = `(async () => {
  const done = (request) =>
    new Promise((resolve) => request.onsuccess = () => resolve(request.result));
  const database = await done(indexedDB.open("postern-app"));
  const store = database.transaction("records").objectStore("records");
  const records = await done(store.getAll());
  database.close();
  const decoder = new TextDecoder("latin1");
  return records.map(({ data }) => decoder.decode(data)).join("\\n");
})()`;

/** Somebody at a browser. */
class Reader {
  private constructor(readonly page: Page, readonly faults: string[]) {}

  static async open(browser: Browser, server: Server): Promise<Reader> {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      acceptDownloads: true,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(LIMIT_MS);
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol !== "blob:" && hostname !== "127.0.0.1") {
        faults.push(`asked ${hostname}`);
      }
    });
    await page.goto(`https://127.0.0.1:${server.ports.https}/app`);
    return new Reader(page, faults);
  }

  async signUp(name: string): Promise<void> {
    await this.page.getByLabel("Your name").fill(name);
    await this.press("Create account");
    await this.page.getByText("connected", { exact: true }).waitFor();
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  async openChat(name: string): Promise<void> {
    await this.page.getByRole("navigation").getByRole("button", { name })
      .first().click();
  }

  async write(text: string): Promise<void> {
    await this.page.getByLabel("Write a message").fill(text);
    await this.press("Send");
  }

  async sees(text: string): Promise<void> {
    await this.page.getByRole("main").getByText(text).first().waitFor();
  }

  async isAccessible(): Promise<void> {
    await this.page.evaluate(axe.source);
    const found = await this.page.evaluate(async () => {
      // deno-lint-ignore no-explicit-any
      const { violations } = await (globalThis as any).axe.run();
      return violations.filter(({ impact }: { impact: string }) =>
        impact === "serious" || impact === "critical"
      ).map(({ id, nodes }: { id: string; nodes: { html: string }[] }) =>
        `${id}: ${nodes[0]?.html}`
      );
    });
    assert.deepEqual(found, []);
  }
}

/** As it is on paper: a QR code in a photograph. */
async function pictureOf(browser: Browser, text: string): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: 480, height: 480 } });
  page.setDefaultTimeout(LIMIT_MS);
  const margin = "<style>body { margin: 40px; background: #fff }</style>";
  await page.setContent(margin + renderSVG(text));
  const picture = await page.screenshot({ type: "png" });
  await page.close();
  return picture;
}

Deno.test({
  name: "the browser client and a core write to each other",
  ignore: !isInstalled(),
  async fn(t) {
    const server = await Server.start();
    await server.command("webimap", "enable");
    await server.command("websmtp", "enable");
    const core = await Core.start();
    const browser = await launch("--ignore-certificate-errors");
    try {
      const ann = await core.signUp(server, "ann.core");
      const bea = await Reader.open(browser, server);
      const { page } = bea;

      await t.step("she signs up and joins by the core's link", async () => {
        await bea.isAccessible();
        await bea.signUp("Bea");
        const link = await ann.rpc.getChatSecurejoinQrCode(ann.id, null);
        await bea.press("Add a contact");
        await page.getByLabel("Their invitation link").fill(link);
        await bea.sees("the key was checked"); // what is pasted whole is enough
      });

      await t.step(
        "text there and back, with receipt and reaction",
        async () => {
          await bea.write("Hello from a browser <b>not bold</b>");
          const received = await ann.receive(
            "the browser's text",
            ({ text }) => text === "Hello from a browser <b>not bold</b>",
          );
          assert.equal(received.showPadlock, true);
          assert.equal(received.sender.isVerified, true);
          await ann.rpc.acceptChat(ann.id, received.chatId);
          await ann.rpc.markseenMsgs(ann.id, [received.id]);
          await page.getByTitle("read", { exact: true }).first().waitFor();
          await ann.rpc.sendReaction(ann.id, received.id, ["👍"]);
          await bea.sees("👍");
          const sent = await ann.send(received.chatId, "Hello from a core");
          await bea.sees("Hello from a core");
          await ann.untilState(sent, 28);
          const bubble = page.getByRole("listitem").filter({
            hasText: "Hello from a core",
          });
          await bubble.getByRole("button", { name: "Reply, react and more" })
            .click();
          await page.getByRole("button", { name: "❤️" }).click();
          await core.until("a reaction", async () => {
            const { reactions } = await ann.message(sent);
            return reactions?.reactions.some(({ emoji }) => emoji === "❤️");
          });
        },
      );

      await t.step("files in both directions", async () => {
        await page.locator(".app-composer input[type=file]").setInputFiles({
          name: "notes.txt",
          mimeType: "text/plain",
          buffer: Buffer.from("From the browser"),
        });
        await bea.write("A file");
        const received = await ann.receive(
          "a file",
          ({ fileName }) => fileName === "notes.txt",
        );
        const text = await Deno.readTextFile(received.file!);
        assert.equal(text, "From the browser");
        const path = `${core.folder}/answer.bin`;
        await Deno.writeTextFile(path, "From the core");
        await ann.rpc.sendMsg(ann.id, received.chatId, {
          text: "Another file",
          html: null,
          viewtype: "File",
          file: path,
          filename: "answer.bin",
          location: null,
          overrideSenderName: null,
          quotedMessageId: null,
          quotedText: null,
        });
        const link = page.getByRole("link", { name: /answer\.bin/ });
        await link.waitFor();
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          link.click(),
        ]);
        const saved = await Deno.readTextFile((await download.path())!);
        assert.equal(saved, "From the core");
      });

      await t.step("a stranger at a core is asked about", async () => {
        const { chatId } = await ann.receiveText("A file");
        const eve = await core.signUp(server, "eve.core");
        const people = await ann.rpc.getChatContacts(ann.id, chatId);
        const card = await ann.rpc.makeVcard(ann.id, people);
        const [id] = await eve.rpc.importVcardContents(eve.id, card);
        const eves = await eve.rpc.createChatByContactId(eve.id, id!);
        const sent = await eve.send(eves, "You do not know me");
        await bea.openChat("eve.core");
        await bea.sees("You do not know me");
        assert.equal(await page.getByLabel("Write a message").count(), 0);
        await bea.isAccessible();
        await bea.press("Accept");
        await bea.write("Who are you?");
        await eve.receiveText("Who are you?");
        // its connections tell a core in any order that it was sent
        await core.until(
          "that it was sent",
          async () => (await eve.message(sent)).state >= 26,
        );
        const { state } = await eve.message(sent);
        assert.equal(state, 26); // delivered: nobody has told her that it was read
        await eve.send(eves, "Nobody");
        await bea.sees("Nobody");
        await bea.openChat("eve.core");
      });

      await t.step(
        "a group that she makes, and one that the core makes",
        async () => {
          await bea.press("New group");
          await page.getByLabel("Name of the group").fill("Hikers");
          await page.getByRole("checkbox", { name: /ann\.core/ }).check();
          await bea.press("Create group");
          await bea.write("Where to?");
          const asked = await ann.receiveText("Where to?");
          const group = await ann.rpc.getFullChatById(ann.id, asked.chatId);
          assert.equal(group.name, "Hikers");
          await ann.rpc.acceptChat(ann.id, asked.chatId);
          await ann.send(asked.chatId, "To the top");
          await bea.sees("To the top");
          const own = await ann.rpc.createGroupChat(ann.id, "Readers", true);
          const link = await ann.rpc.getChatSecurejoinQrCode(ann.id, own);
          await bea.press("Add a contact");
          await page.getByLabel("Their invitation link").fill(link);
          await core.until("the new member", async () => {
            const { contactIds } = await ann.rpc.getFullChatById(ann.id, own);
            return contactIds.length === 2;
          });
          await ann.send(own, "Chapter one");
          await bea.sees("Chapter one");
          await bea.write("Read it");
          await ann.receiveText("Read it");
        },
      );

      await t.step("another core joins by her link", async () => {
        const cleo = await core.signUp(server, "cleo.core");
        await bea.press("Add a contact");
        const link = await page.getByRole("link", {
          name: "My invitation link",
        }).getAttribute("href");
        assert.match(
          link ?? "",
          /^https:\/\/i\.delta\.chat\/#[0-9A-F]{40}&v=3&i=/,
        );
        const chat = await cleo.rpc.secureJoin(cleo.id, link!);
        await cleo.untilEvent("end of Secure-Join at the joiner", hasJoined);
        await bea.sees("cleo.core has used your code: you can write now.");
        await cleo.send(chat, "I came by your link");
        await bea.press("Open the chat");
        await bea.sees("I came by your link");
      });

      await t.step(
        "what is kept is there again, and unread on disk",
        async () => {
          await page.reload();
          await page.getByText("connected", { exact: true }).waitFor();
          await bea.openChat("Hikers");
          await bea.sees("To the top");
          const kept: string = await page.evaluate(RECORDS);
          assert.ok(kept.length > 1000);
          for (const word of ["To the top", "PRIVATE KEY", "Bea"]) {
            assert.ok(!kept.includes(word), word);
          }
        },
      );

      await t.step("folders", async () => {
        await bea.press("Folders");
        await page.getByLabel("Name of a new folder").fill("Kept");
        await bea.press("Create folder");
        await page.getByRole("button", { name: /^Kept \(0\)/ }).waitFor();
        await page.getByRole("button", { name: /^INBOX/ }).click();
        const row = page.getByRole("row").nth(1);
        await row.getByLabel("Move to").selectOption("Kept");
        await page.getByRole("button", { name: /^Kept \(1\)/ }).waitFor();
        await bea.isAccessible();
      });

      await t.step("without a network she reads on", async () => {
        // asked again and again from here: the page itself may evaluate no text
        await page.evaluate("navigator.serviceWorker.ready.then(() => {})");
        await page.reload(); // all files are seen by the worker
        await page.getByText("connected", { exact: true }).waitFor();
        assert.ok(
          await page.evaluate("navigator.serviceWorker.controller !== null"),
        );
        bea.faults.length = 0;
        await page.context().setOffline(true);
        await page.reload();
        await bea.openChat("Hikers");
        await bea.sees("To the top");
        await page.context().setOffline(false);
        await page.getByText("connected", { exact: true }).waitFor();
        bea.faults.length = 0; // that nothing answered is one
      });

      await t.step("a new password, and the account is gone", async () => {
        await bea.press("Settings");
        const address = await page.getByRole("main").locator("bdi").first()
          .textContent();
        await bea.press("Delete account");
        const dialog = page.getByRole("dialog");
        await dialog.getByRole("textbox").fill(address!);
        await dialog.getByRole("button", { name: "Delete account" }).click();
        await page.getByRole("heading", { name: "New account" }).waitFor();
        const { data } = JSON.parse(
          await server.command("accounts", "list", "--json"),
        );
        assert.equal(data.total, 3);
      });

      await t.step("a login code in a picture is a way in", async () => {
        const made = await fetch(`http://127.0.0.1:${server.ports.http}/new`, {
          method: "POST",
        });
        const { email, dclogin_url: link } = await made.json();
        await bea.press("I have an account");
        await page.getByRole("button", { name: "Scan a login code" }).click();
        await page.locator("#qr-picture").setInputFiles({
          name: "code.png",
          mimeType: "image/png",
          buffer: await pictureOf(browser, link),
        });
        const password = page.locator("input[type=password]");
        await until(
          "password",
          async () => await password.inputValue() !== "",
        );
        await bea.press("Log in");
        await page.getByText("connected", { exact: true }).waitFor();
        await bea.press("Settings");
        await bea.sees(email);
      });
      assert.deepEqual(bea.faults, []);
    } finally {
      await browser.close();
      await core.dispose();
      await server.dispose();
    }
  },
});

/** What tests of tasks that people do with the panel share. @module */
import assert from "node:assert/strict";
import type { Browser, Locator, Page } from "playwright-core";
import { adminCall } from "../harness/admin_client.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { Server } from "../harness/server.ts";
import { violations } from "./axe.ts";
import {
  isInstalled,
  launch,
  open,
  sees,
  type View,
  WITH_PANEL,
} from "./browser.ts";
export { waitUntil } from "./browser.ts";

export const PASSWORD = "a good password";

export interface Parts {
  readonly server: Server;
  readonly view: View;
  readonly page: Page;
}

export type Task = readonly [
  name: string,
  work: (parts: Parts) => Promise<void>,
];

/** Each task begins in a browser that knows nothing of the one before. */
export function tasksTest(
  name: string,
  tasks: readonly Task[],
  config = WITH_PANEL,
): void {
  Deno.test({
    name,
    ignore: !isInstalled(),
    async fn(t) {
      const server = await Server.start({ config });
      const browser = await launch();
      try {
        for (const [step, work] of tasks) {
          await t.step(step, () => task(browser, server, [step, work]));
        }
      } finally {
        await browser.close();
        await server.dispose();
      }
    },
  });
}

async function task(
  browser: Browser,
  server: Server,
  [name, work]: Task,
): Promise<void> {
  const view = await open(browser, server);
  const { page, faults, context } = view;
  try {
    await work({ server, view, page });
    assert.deepEqual(faults, []);
  } catch (error) {
    const folder = Deno.env.get("PANEL_SCREENSHOTS");
    if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
    throw new Error(`On the screen: ${await sees(view)}\n${error}`);
  } finally {
    await context.close();
  }
}

/** An account, named before the @. */
export async function account(server: Server, name: string): Promise<string> {
  const { username } = await adminCall(server, "accounts.create", {
    username: name,
    password: PASSWORD,
  });
  return username;
}

/** What the server says to an attempt to log in to IMAP. */
export async function loginAnswer(
  server: Server,
  address: string,
  password: string,
): Promise<string> {
  const client = await ImapClient.connect(
    server.ports.imapTls,
    await server.certificate(),
  );
  try {
    const { tagged } = await client.command(
      `LOGIN "${address}" "${password}"`,
    );
    return tagged.split(" ")[0]!;
  } finally {
    client.close();
  }
}

/** The question that is open, which nobody finds hard to use. */
export async function dialog(page: Page, name: string): Promise<Locator> {
  const found = page.getByRole("dialog", { name });
  await found.waitFor();
  assert.deepEqual(await violations(page), [], name);
  return found;
}

/** For people who look: nothing is written unless they say where to. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = Deno.env.get("PANEL_SCREENSHOTS");
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

/// <reference lib="dom" />
/** What the doctor finds, in the words of who reads the panel. */
import assert from "node:assert/strict";
import { Server } from "../harness/server.ts";
import {
  DESKTOP,
  isInstalled,
  launch,
  logIn,
  open,
  settled,
  WITH_PANEL,
} from "./browser.ts";

/** Of the check of sign-ups, and of the certificate. */
const SAID = {
  fa: ["هر کسی می‌تواند ثبت‌نام کند", "گواهی خودامضاست"],
  ru: ["Зарегистрироваться может любой", "Сертификат самоподписанный"],
  es: ["Cualquiera puede registrarse", "El certificado es autofirmado"],
};

for (const locale of ["fa", "ru", "es"] as const) {
  Deno.test({
    name: `the doctor's findings are shown in ${locale}`,
    ignore: !isInstalled(),
    async fn() {
      const server = await Server.start({ config: WITH_PANEL });
      const browser = await launch();
      try {
        const view = await open(browser, server, { ...DESKTOP, locale });
        const { page, base, faults } = view;
        await page.goto(`${base}/`);
        await logIn(view, server);
        await page.goto(`${base}/conditions`);
        await settled(page);
        await page.locator("button.primary").last().click();
        await page.locator("table").waitFor({ timeout: 120_000 });
        const text = await page.locator("table").innerText();
        for (const said of SAID[locale]) assert.ok(text.includes(said), text);
        assert.doesNotMatch(text, /Anyone may sign up|self-signed/);
        assert.match(text, /postern certificate acme --email ADDRESS/);
        assert.deepEqual(faults, []);
      } finally {
        await browser.close();
        await server.dispose();
      }
    },
  });
}

/** What people meet when they log in with a real Delta Chat core. @module */
import assert from "node:assert/strict";
import { Core, loginLink } from "./core.ts";
import { DOMAIN, Server } from "../harness/server.ts";

/** What the core says of a login that fails. */
async function refusal(core: Core, server: Server, name: string) {
  const id = await core.rpc.addAccount();
  const link = loginLink(server, `${name}@${DOMAIN}`, "a password of mine");
  try {
    await core.rpc.addTransportFromQr(id, link);
  } catch (error) {
    return JSON.stringify(error);
  }
  throw new Error("It logged in");
}

Deno.test("a core shows what to do about a login that is refused", async (test) => {
  const server = await Server.start();
  const core = await Core.start();
  const page = `https://${DOMAIN}:${server.ports.https}/new`;
  const cases: [string, string[], string, string][] = [
    [
      "by invitation",
      ["registration", "token-required", "on"],
      "somebody",
      `sign-up here is by invitation: ${page}`,
    ],
    [
      "closed",
      ["registration", "close"],
      "somebody",
      `sign-up here is closed except by invitation: ${page}`,
    ],
    [
      "a bad name",
      ["registration", "open"],
      "x",
      "Name must have 3 to 32 characters",
    ],
    [
      "not by login",
      ["registration", "jit", "off"],
      "somebody",
      `sign up before the first login: ${page}`,
    ],
  ];
  try {
    for (const [name, command, person, text] of cases) {
      await test.step(name, async () => {
        await server.command(...command);
        if (name === "a bad name") {
          await server.command("registration", "token-required", "off");
        }
        const said = await refusal(core, server, person);
        assert.ok(said.includes(text), said);
      });
    }
  } finally {
    await core.dispose();
    await server.dispose();
  }
});

Deno.test("a core signs up with passwords in any alphabet", async (test) => {
  const server = await Server.start();
  const core = await Core.start();
  try {
    for (const password of ["pässwörd пароль", '𝄞 50% "quoted" \\ 🔑']) {
      await test.step(password, async () => {
        const name = `with${password.length}`;
        const form = await core.signUpByForm(server, name, "ssl", password);
        const id = await core.rpc.addAccount();
        await core.rpc.addTransportFromQr(
          id,
          loginLink(server, form.address, password),
        );
        assert.equal(await core.rpc.isConfigured(id), true);
      });
    }
  } finally {
    await core.dispose();
    await server.dispose();
  }
});

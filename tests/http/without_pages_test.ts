/** A relay that has no web pages, as a browser and as programs see it. */
import assert from "node:assert/strict";
import { DOMAIN, Server } from "../harness/server.ts";
import { answerOf, probe } from "./probe.ts";

Deno.test("web.enabled = false leaves what programs need, and invitations", async () => {
  const server = await Server.start({
    config: "[web]\nenabled = false\n[webmail]\nwebimap = true\n" +
      "websmtp = true\n[admin]\nweb_enabled = true\n",
  });
  try {
    const door = { port: server.ports.https, serverName: DOMAIN };
    const ask = async (method: string, target: string, body?: string) =>
      answerOf(
        await probe(door, {
          method,
          target,
          host: DOMAIN,
          fields: ["Accept: text/html"],
          ...(body === undefined ? {} : { body }),
        }),
      );
    for (
      const path of [
        "/",
        "/new",
        "/docs/",
        "/app",
        "/share",
        "/share/edit",
        "/main.css",
      ]
    ) {
      assert.equal((await ask("GET", path)).status, 404, path);
    }
    for (
      const [method, path, status] of [
        ["POST", "/new", 200],
        ["GET", "/robots.txt", 200],
        ["GET", "/mail/config-v1.1.xml", 200],
        ["GET", "/webimap/mailboxes", 401],
        ["GET", "/.well-known/webimap.json", 200],
        ["POST", "/mxdeliv", 400],
        ["GET", "/admin/", 200],
        ["GET", "/inv/unknown-token", 404],
      ] as const
    ) {
      const body = method === "POST" ? "" : undefined;
      assert.equal((await ask(method, path, body)).status, status, path);
    }
    await server.command("registration-tokens", "create", "--token", "abc123");
    assert.equal((await ask("GET", "/inv/abc123")).status, 200);
    const { data } = JSON.parse(await server.command("sharing", "--json"));
    assert.equal(data.visible, false);
  } finally {
    await server.dispose();
  }
});

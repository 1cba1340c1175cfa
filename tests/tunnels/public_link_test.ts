/** The link for clients on the web page of a whole server. */
import assert from "node:assert/strict";
import { DOMAIN, Server } from "../harness/server.ts";
import { answerOf, probe } from "../http/probe.ts";

Deno.test("the page shows the link where it may, and to nobody while it hides", async () => {
  const server = await Server.start({
    config: "[shadowsocks]\nenabled = true\npublic = true",
  });
  const link = async () => {
    const text = await probe({ port: server.ports.https, serverName: DOMAIN }, {
      method: "GET",
      target: "/",
      host: DOMAIN,
    });
    return /ss:\/\/[^"<]+/.exec(answerOf(text).body)?.[0];
  };
  try {
    const url = (await server.command("proxy", "url")).trim();
    assert.equal(await link(), url);
    await server.command("stealth", "decoy");
    assert.equal(await link(), undefined);
    await server.command("stealth", "off");
    assert.equal(await link(), url);
    await server.command("proxy", "disable");
    assert.equal(await link(), undefined);
  } finally {
    await server.dispose();
  }
});

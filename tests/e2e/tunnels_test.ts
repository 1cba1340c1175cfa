/** A real core signs up through each tunnel, by the link that we give out for it. @module */
import assert from "node:assert/strict";
import { METHOD_NAMES } from "../../src/shadowsocks/proto/methods.ts";
import { DOMAIN, Server } from "../harness/server.ts";
import { Core, loginLink } from "./core.ts";

async function signUpThrough(
  core: Core,
  server: Server,
  link: string,
  name: string,
): Promise<void> {
  const id = await core.rpc.addAccount();
  const scanned = await core.rpc.checkQr(id, link);
  assert.equal(scanned.kind, "proxy");
  await core.rpc.setConfig(id, "proxy_url", link);
  await core.rpc.setConfig(id, "proxy_enabled", "1");
  await core.rpc.addTransportFromQr(
    id,
    loginLink(server, `${name}@${DOMAIN}`, `password of ${name}`),
  );
  assert.ok(await core.rpc.isConfigured(id));
}

async function streamsOf(server: Server, tunnel: string): Promise<number> {
  const { data } = JSON.parse(await server.command(tunnel, "--json"));
  return data.traffic.streams;
}

Deno.test("a core comes through Shadowsocks with every cipher, and through CONNECT", async (test) => {
  const server = await Server.start({
    config: '[shadowsocks]\nhost = "127.0.0.1"\n',
    server: 'hostname = "127.0.0.1"',
  });
  const core = await Core.start();
  try {
    await server.command("proxy", "enable");
    for (const [at, cipher] of METHOD_NAMES.entries()) {
      await test.step(cipher, async () => {
        await server.command("proxy", "cipher", "set", cipher);
        const before = await streamsOf(server, "proxy");
        const link = (await server.command("proxy", "url")).trim();
        await signUpThrough(core, server, link, `sailor${at}`);
        assert.ok(await streamsOf(server, "proxy") > before);
      });
    }
    await test.step("CONNECT", async () => {
      await server.command("http-proxy", "enable");
      const link = (await server.command("http-proxy", "url")).trim();
      await signUpThrough(core, server, link, "captain");
      assert.ok(await streamsOf(server, "http-proxy") > 0);
    });
  } finally {
    await core.dispose();
    await server.dispose();
  }
});

/** Where the site leads to the browser client, and links to accounts lead to. */
import assert from "node:assert/strict";
import { World } from "./world.ts";

const ON = "[webmail]\nwebimap = true\nwebsmtp = true\n";

async function withServer(
  config: string,
  work: (
    ask: (path: string, method?: string) => Promise<[number, string]>,
    world: World,
  ) => Promise<void>,
): Promise<void> {
  const world = await World.open({ config });
  try {
    await work(async (path, method = "GET") => {
      const response = await fetch(world.base + path, {
        client: world.client,
        method,
        headers: { accept: method === "GET" ? "text/html" : "*/*" },
      } as RequestInit);
      return [response.status, await response.text()];
    }, world);
  } finally {
    await world.close();
  }
}

Deno.test("pages lead to /app as long as mail over HTTP goes both ways", () =>
  withServer(ON, async (ask, { server }) => {
    assert.match((await ask("/"))[1], /href="\/app"/);
    assert.equal((await ask("/app"))[0], 200);
    await server.command("websmtp", "disable");
    assert.doesNotMatch((await ask("/"))[1], /href="\/app"/);
    assert.equal((await ask("/app"))[0], 404);
    assert.match((await ask("/"))[1], /href="\/account"/);
    assert.equal((await ask("/account"))[0], 200);
  }));

Deno.test("webmail.browser_client switches /app off, web.client_host is in links", () =>
  withServer(
    `${ON}browser_client = false\n[web]\nclient_host = "imap.other.example"\n`,
    async (ask, { server }) => {
      assert.doesNotMatch((await ask("/"))[1], /href="\/app"/);
      assert.equal((await ask("/app"))[0], 404);
      const [status, text] = await ask("/new", "POST");
      assert.equal(status, 200, text);
      const { dclogin_url } = JSON.parse(text);
      const fields = new URLSearchParams(dclogin_url.split("?")[1]);
      assert.equal(fields.get("ih"), "imap.other.example");
      assert.equal(fields.get("sh"), "imap.other.example");
      assert.equal(fields.get("ip"), String(server.ports.imapTls));
      assert.equal(fields.get("ic"), "3");
    },
  ));

/** Where API and panel are, and whether in clear. @module */
import assert from "node:assert/strict";
import { adminToken, post } from "../harness/admin_client.ts";
import { reservePorts } from "../harness/ports.ts";
import { Server } from "../harness/server.ts";

const STRANGER = { "x-forwarded-for": "192.0.2.7" };
const PROXY = '[http]\ntrusted_proxies = ["127.0.0.0/8"]\n';

async function statusOf(url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, { redirect: "manual", ...init });
  await response.body?.cancel();
  return response.status;
}

Deno.test("with admin.listen API and panel are there, and nowhere else", async () => {
  const [port] = reservePorts(1);
  const server = await Server.start({
    config: `[admin]\nlisten = "127.0.0.1:${port}"\nweb_enabled = true`,
  });
  try {
    const own = `http://127.0.0.1:${port}`;
    const site = `http://127.0.0.1:${server.ports.http}`;
    const ask = { method: "accounts.list", body: {} };
    const headers = { authorization: `Bearer ${await adminToken(server)}` };
    const { answer } = await post(`${own}/api/admin`, ask, headers);
    assert.equal(answer.status, 200);
    assert.equal(await statusOf(`${own}/admin/`), 200);
    const [asset = ""] = /[^"]+\.js(?=")/.exec(
      await (await fetch(`${own}/admin/`)).text(),
    ) ?? [];
    assert.equal(await statusOf(new URL(asset, `${own}/admin/`).href), 200);
    for (
      const path of ["/", "/new", "/docs/", "/webimap/mailboxes", "/mxdeliv"]
    ) {
      assert.equal(await statusOf(own + path), 404, path);
    }
    assert.equal(await statusOf(`${site}/`), 200);
    for (
      const path of ["/admin/", "/admin/assets/panel.js", "/api/admin/session"]
    ) assert.equal(await statusOf(site + path), 404, path);
    assert.equal(
      await statusOf(`${site}/api/admin`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(ask),
      }),
      404,
    );
    const login = JSON.parse(await server.command("admin-login", "--json"));
    assert.ok(login.data.url.startsWith(`${own}/admin/#c=`), login.data.url);
    const code = new URL(login.data.url).hash.slice("#c=".length);
    const session = await fetch(`${own}/api/admin/session`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: own },
      body: JSON.stringify({ code }),
    });
    assert.equal(session.status, 200);
    assert.match(session.headers.get("set-cookie") ?? "", /HttpOnly/);
    await session.body?.cancel();
    const token = JSON.parse(await server.command("admin-token", "--json"));
    assert.equal(token.data.api_url, `${own}/api/admin`);
  } finally {
    await server.dispose();
  }
});

Deno.test("admin.listen for others is refused, since it is in clear", async () => {
  const config = '[admin]\nlisten = "0.0.0.0:8081"';
  await assert.rejects(Server.start({ config }));
});

/** What is told nobody in clear: how it is asked for, and the answer where that is safe. */
const SENSITIVE:
  readonly (readonly [path: string, init: RequestInit, safe: number])[] = [
    ["/admin/", {}, 200],
    ["/api/admin/session", {}, 200],
    ["/new", { method: "POST" }, 200],
    ["/webimap/mailboxes", {}, 401],
    ["/share", { method: "POST" }, 400],
  ];

for (const allowed of [false, true]) {
  Deno.test(`http.allow_insecure_sensitive = ${allowed}`, async () => {
    const server = await Server.start({
      config: `${PROXY}allow_insecure_sensitive = ${allowed}\n` +
        "[admin]\nweb_enabled = true\n[webmail]\nwebimap = true\nwebsmtp = true",
    });
    try {
      const site = `http://127.0.0.1:${server.ports.http}`;
      for (const [path, init, safe] of SENSITIVE) {
        const given = await statusOf(site + path, {
          ...init,
          headers: STRANGER,
        });
        assert.equal(given, allowed ? safe : 403, path);
      }
      assert.equal(await statusOf(`${site}/`, { headers: STRANGER }), 200);
    } finally {
      await server.dispose();
    }
  });
}

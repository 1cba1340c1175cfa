/** Who asks the admin API through a proxy, from where it may be asked, and where it is after a restart. */
import assert from "node:assert/strict";
import { Server } from "../harness/server.ts";
import { adminToken, adminUrl, post } from "../harness/admin_client.ts";

Deno.test("a trusted proxy says who asks, and who may", async (t) => {
  const server = await Server.start({
    config: `[http]
trusted_proxies = ["127.0.0.1/32"]
[admin]
allow_from = ["192.0.2.0/24"]
locked = ["admin_contact"]`,
  });
  try {
    const token = await adminToken(server);
    const ask = (from: string, bearer: string, path?: string) =>
      fetch(adminUrl(server, path), {
        method: "POST",
        headers: {
          authorization: `Bearer ${bearer}`,
          "content-type": "application/json",
          "x-forwarded-for": from,
          "x-forwarded-proto": "https",
        },
        body: JSON.stringify({ method: "ping" }),
      });
    const statusOf = async (from: string, bearer: string, path?: string) =>
      (await (await ask(from, bearer, path)).json()).status;

    await t.step("others find nothing", async () => {
      const stranger = await ask("198.51.100.1", token);
      const nothing = await ask("198.51.100.1", token, "/nothing/here");
      assert.equal(stranger.status, 404);
      assert.equal(await stranger.text(), await nothing.text());
    });

    await t.step(
      "who is wrong too often waits, whatever is claimed before the proxy",
      async () => {
        for (let time = 0; time < 10; time++) {
          const claimed = `203.0.113.${time}, 192.0.2.1`;
          assert.equal(await statusOf(claimed, `wrong${time}`), 401);
        }
        assert.equal(await statusOf("192.0.2.1", token), 429);
        assert.equal(await statusOf("192.0.2.2", token), 200);
      },
    );

    await t.step("a setting that is locked is 409", async () => {
      const { answer } = await post(adminUrl(server), {
        method: "settings.set",
        body: { name: "admin_contact", value: "mailto:a@b.example" },
      }, {
        authorization: `Bearer ${token}`,
        "x-forwarded-for": "192.0.2.2",
        "x-forwarded-proto": "https",
      });
      assert.deepEqual([answer.status, answer.code], [409, "locked"]);
    });

    await t.step(
      "the path that was chosen is there after a restart",
      async () => {
        await server.command("settings", "set", "admin_path", "/elsewhere");
        assert.equal(await statusOf("192.0.2.2", token, "/elsewhere"), 200);
        await server.end("SIGTERM");
        await server.run();
        assert.equal(await statusOf("192.0.2.2", token, "/elsewhere"), 200);
        const old = await ask("192.0.2.2", token);
        await old.body?.cancel();
        assert.equal(old.status, 404);
      },
    );
  } finally {
    await server.dispose();
  }
});

Deno.test("admin.token = disabled leaves neither API nor file", async () => {
  const server = await Server.start({ config: '[admin]\ntoken = "disabled"' });
  try {
    const response = await fetch(adminUrl(server), {
      method: "POST",
      body: "{}",
    });
    await response.body?.cancel();
    assert.equal(response.status, 404);
    await assert.rejects(adminToken(server), Deno.errors.NotFound);
    await assert.rejects(
      server.command("admin-token"),
      /there is no admin API/,
    );
  } finally {
    await server.dispose();
  }
});

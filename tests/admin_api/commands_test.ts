/** admin-token, admin-login, admin-web and audit against a server, and what they do to the API. */
import assert from "node:assert/strict";
import { Server } from "../harness/server.ts";
import {
  adminCall,
  adminLogin,
  adminToken,
  adminUrl,
  post,
} from "../harness/admin_client.ts";

async function json(server: Server, ...args: string[]) {
  return JSON.parse(await server.command(...args, "--json")).data;
}

Deno.test("the commands of the admin API against a server", async (t) => {
  const server = await Server.start();
  const url = adminUrl(server);
  try {
    await t.step("admin-token shows the token of the file", async () => {
      const token = await adminToken(server);
      assert.equal(await server.command("admin-token", "--raw"), `${token}\n`);
      const shown = await json(server, "admin-token");
      assert.equal(shown.token, token);
      assert.match(shown.api_url, /^https:\/\/.*\/api\/admin$/);
      const text = await server.command("admin-token", "--no-qr");
      assert.ok(text.includes(token) && !text.includes("█"));
    });

    await t.step(
      "admin-login says that there is no panel, then where",
      async () => {
        assert.match(await server.command("admin-login"), /There is no panel/);
        const { enabled } = await json(server, "admin-web", "enable");
        assert.equal(enabled, true);
        assert.doesNotMatch(
          await server.command("admin-login", "--no-qr"),
          /does not run/,
        );
        const { code, url } = await json(server, "admin-login");
        assert.match(url, new RegExp(`^https://.*/admin/#c=${code}$`));
        assert.match(code, /^[0-9a-f]{32}$/);
        const { cookie, csrf } = await adminLogin(server, { code });
        const { answer } = await post(adminUrl(server), { method: "status" }, {
          cookie,
          "x-csrf-token": csrf,
        });
        assert.equal(answer.status, 200);
        await assert.rejects(adminLogin(server, { code }), /401/);
      },
    );

    await t.step("of many who bring one code, one comes in", async () => {
      const { code } = await json(server, "admin-login");
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, () => adminLogin(server, { code })),
      );
      const came = results.filter(({ status }) => status === "fulfilled");
      assert.equal(came.length, 1);
      await adminCall(server, "status"); // counts as right again
    });

    await t.step(
      "a token with a name does what its scope allows, until it is removed",
      async () => {
        const token = (await server.command(
          "admin-token",
          "create",
          "scripts",
          "--scope",
          "accounts",
        ))
          .trim();
        const bearer = { authorization: `Bearer ${token}` };
        const ask = async (method: string, body = {}) =>
          (await post(url, { method, body }, bearer)).answer;
        const made = await ask("accounts.create", {
          username: "ann.chats",
          password: "a long password",
        });
        assert.equal(made.status, 200, made.error ?? "");
        const refused = await ask("settings.set", {
          name: "admin_contact",
          value: "x",
        });
        assert.deepEqual([refused.status, refused.code], [403, "scope"]);
        const { tokens } = await json(server, "admin-token", "list");
        assert.deepEqual(
          tokens.map((
            { name, scope }: Record<string, string>,
          ) => [name, scope]),
          [["scripts", "accounts"]],
        );
        assert.ok(!JSON.stringify(tokens).includes(token));
        const session = await adminLogin(server, { token });
        await server.command("admin-token", "remove", tokens[0].id);
        assert.equal((await ask("status")).status, 401);
        const { answer } = await post(url, { method: "status" }, {
          cookie: session.cookie,
          "x-csrf-token": session.csrf,
        });
        assert.equal(answer.status, 401);
      },
    );

    await t.step(
      "a new token ends all sessions, codes and the old token",
      async () => {
        const before = await adminToken(server);
        const session = await adminLogin(server);
        const { code } = await json(server, "admin-login");
        const { token } = await json(server, "admin-token", "rotate", "--yes");
        assert.notEqual(token, before);
        assert.equal(await adminToken(server), token);
        const old = await post(url, { method: "status" }, {
          authorization: `Bearer ${before}`,
        });
        assert.equal(old.answer.status, 401);
        const cookie = await post(url, { method: "status" }, {
          cookie: session.cookie,
          "x-csrf-token": session.csrf,
        });
        assert.equal(cookie.answer.status, 401);
        await assert.rejects(adminLogin(server, { code }), /401/);
        await adminCall(server, "status");
      },
    );

    await t.step(
      "admin-web moves the panel and names other web sites",
      async () => {
        const moved = await json(server, "admin-web", "path", "/my/panel/");
        assert.equal(moved.path, "/my/panel");
        await assert.rejects(
          server.command("admin-web", "path", "/api/admin/x"),
        );
        assert.equal(
          (await json(server, "admin-web", "path", "--reset")).path,
          "/admin",
        );
        await server.command(
          "admin-web",
          "allow-origin",
          "https://Panel.example/",
          "--yes",
        );
        assert.equal(
          await server.command("admin-web", "allow-origin", "list"),
          "https://panel.example\n",
        );
        const ask = (origin: string, method: string) =>
          fetch(url, {
            method,
            headers: { origin, "content-type": "application/json" },
            ...(method === "POST" ? { body: "{}" } : {}),
          });
        const preflight = await ask("https://panel.example", "OPTIONS");
        assert.equal(preflight.status, 204);
        assert.equal(
          preflight.headers.get("access-control-allow-origin"),
          "https://panel.example",
        );
        assert.equal(
          preflight.headers.get("access-control-allow-credentials"),
          null,
        );
        const other = await ask("https://evil.example", "OPTIONS");
        await other.body?.cancel();
        assert.equal(other.status, 403);
        assert.equal(other.headers.get("access-control-allow-origin"), null);
        const answer = await ask("https://panel.example", "POST");
        await answer.body?.cancel();
        assert.equal(
          answer.headers.get("access-control-allow-origin"),
          "https://panel.example",
        );
        await server.command(
          "admin-web",
          "allow-origin",
          "remove",
          "https://panel.example",
        );
        assert.match(
          await server.command("admin-web", "allow-origin", "list"),
          /No other/,
        );
      },
    );

    await t.step(
      "audit tells all of it, without a secret or a name",
      async () => {
        const text = await server.command("audit", "--limit", "200");
        assert.match(text, /cli +admin\.rotate +ok/);
        assert.match(
          text,
          /token:scripts .*accounts\.create username=\(set\) password=\(set\) +ok/,
        );
        assert.match(text, /session:root .*login with a code +ok/);
        assert.ok(!text.includes("a long password"));
        assert.ok(!text.includes("ann.chats")); // while the log is off
        assert.ok(!text.includes(await adminToken(server)));
        assert.ok(!server.output.includes(await adminToken(server)));
      },
    );

    await t.step(
      "who deletes the file of the token has a new one after a restart",
      async () => {
        const before = await adminToken(server);
        await Deno.remove(`${server.stateDir}/admin_token`);
        await server.end("SIGTERM");
        await server.run();
        assert.notEqual(await adminToken(server), before);
        await adminCall(server, "status");
      },
    );

    await t.step(
      "a token that everybody may read lets no server start",
      async () => {
        const file = `${server.stateDir}/admin_token`;
        await server.end("SIGTERM");
        await Deno.chmod(file, 0o644);
        await assert.rejects(server.run());
        assert.match(server.output, /may use the token in \S+: chmod 600 \S+,/);
        await Deno.chmod(file, 0o600);
        await server.run();
        await adminCall(server, "status");
      },
    );
  } finally {
    await server.dispose();
  }
});

/** The envelope of the admin API on a whole server: what other relays' scripts rely on. */
import assert from "node:assert/strict";
import { freePorts, Server } from "../harness/server.ts";
import {
  adminCall,
  adminLogin,
  adminToken,
  adminUrl,
  post,
} from "../harness/admin_client.ts";

Deno.test("the envelope, tokens and their limits on a whole server", async (t) => {
  const server = await Server.start({
    config: '[http]\ntrusted_proxies = ["127.0.0.2/32"]',
  });
  try {
    const url = adminUrl(server);
    const token = await adminToken(server);
    const bearer = { authorization: `Bearer ${token}` };

    await t.step("the file of the token is for the server alone", async () => {
      const { mode } = await Deno.stat(`${server.stateDir}/admin_token`);
      assert.equal((mode ?? 0) & 0o777, 0o600);
      assert.match(token, /^[0-9a-f]{64}$/);
    });

    await t.step(
      "an operation by its name, with the token in either place",
      async () => {
        for (
          const [envelope, headers] of [
            [{ method: "settings.list" }, bearer],
            [{
              method: "settings.list",
              headers: { AUTHORIZATION: `bearer ${token}` },
              body: null,
            }, {}],
          ] as const
        ) {
          const { response, answer } = await post(url, envelope, headers);
          assert.equal(response.status, 200);
          assert.equal(response.headers.get("cache-control"), "no-store");
          assert.equal(response.headers.get("content-encoding"), null);
          assert.equal(answer.status, 200);
          assert.equal(answer.resource, "settings.list");
          assert.equal(answer.error, null);
          assert.equal(typeof answer.version, "string");
          assert.match(answer.request_id, /^\d+$/);
          assert.ok(answer.body.settings.length > 10);
        }
      },
    );

    const ROWS: [
      string,
      unknown,
      Record<string, string>,
      number,
      RegExp,
      string,
    ][] = [
      [
        "no token",
        { method: "status" },
        {},
        401,
        /^unauthorized$/,
        "unauthorized",
      ],
      [
        "no JSON",
        "{",
        bearer,
        400,
        /^invalid JSON request body$/,
        "invalid_request",
      ],
      ["an array", [], bearer, 400, /^invalid JSON/, "invalid_request"],
      [
        "nothing asked for",
        {},
        bearer,
        400,
        /^invalid JSON/,
        "invalid_request",
      ],
      [
        "a resource that is none",
        { resource: 5 },
        bearer,
        400,
        /^invalid JSON/,
        "invalid_request",
      ],
      [
        "headers of another kind",
        { method: "status", headers: { a: 1 } },
        bearer,
        400,
        /^invalid JSON/,
        "invalid_request",
      ],
      [
        "a body of another kind",
        { method: "status", body: [] },
        bearer,
        400,
        /^body must/,
        "invalid_request",
      ],
      [
        "another type",
        { method: "status" },
        { ...bearer, "content-type": "text/plain" },
        400,
        /^invalid JSON/,
        "invalid_request",
      ],
      [
        "an unknown resource",
        { resource: "/admin/nothing" },
        bearer,
        404,
        /^unknown resource: \/admin\/nothing$/,
        "not_found",
      ],
      [
        "an unknown operation",
        { method: "toString.call" },
        bearer,
        404,
        /^No operation is named/,
        "not_found",
      ],
      [
        "a wrong input",
        { method: "accounts.create", body: { username: 5 } },
        bearer,
        400,
        /^username: /,
        "invalid_value",
      ],
      [
        "a verb for nothing",
        JSON.stringify({ method: "get", headers: {}, body: {} }),
        bearer,
        400,
        /^invalid JSON request body$/,
        "invalid_request",
      ],
      [
        "a large body",
        JSON.stringify({
          method: "status",
          body: { a: "x".repeat(1024 * 1024) },
        }),
        {},
        413,
        /^request body too large$/,
        "too_large",
      ],
      [
        "a large body of an admin",
        JSON.stringify({
          method: "status",
          body: { a: "x".repeat(1024 * 1024) },
        }),
        bearer,
        413,
        /^request body too large$/,
        "too_large",
      ],
    ];
    for (const [name, envelope, headers, status, error, code] of ROWS) {
      await t.step(`${name} is ${status} inside 200`, async () => {
        const { response, answer } = await post(url, envelope, headers);
        assert.equal(response.status, 200);
        assert.equal(answer.status, status, JSON.stringify(answer));
        assert.match(answer.error ?? "", error);
        assert.equal(answer.code, code);
        assert.ok(!("body" in answer));
        if (!("authorization" in headers)) {
          assert.equal(answer.version, undefined);
        }
      });
    }

    await t.step("a body for an import may be larger", async () => {
      const users = Array.from({ length: 30_000 }, (_, i) => ({
        username: `someone${i}`,
        hash: "x".repeat(30),
      }));
      const { answer } = await post(url, {
        method: "accounts.import",
        body: { users },
      }, bearer);
      assert.notEqual(answer.status, 413, answer.error ?? "");
    });

    await t.step("another method is 405 of HTTP", async () => {
      const response = await fetch(url);
      await response.body?.cancel();
      assert.equal(response.status, 405);
      assert.match(response.headers.get("allow") ?? "", /POST/);
    });

    await t.step(
      "a session begins with the token and shows its CSRF token",
      async () => {
        const { cookie, csrf } = await adminLogin(server);
        const { answer } = await post(url, { method: "status" }, {
          cookie,
          "x-csrf-token": csrf,
        });
        assert.equal(answer.status, 200);
        const without = await post(url, { method: "status" }, { cookie });
        assert.equal(without.answer.status, 403);
        assert.equal(without.answer.code, "csrf");
        const foreign = await post(url, { method: "status" }, {
          cookie,
          "x-csrf-token": csrf,
          origin: "https://evil.example",
        });
        assert.equal(foreign.answer.code, "origin");
        const shown = await fetch(`${url}/session`, { headers: { cookie } });
        assert.deepEqual((await shown.json()).csrf, csrf);
      },
    );

    await t.step(
      "what is forwarded in clear is refused, loopback or not",
      async () => {
        const response = await fetch(url, {
          method: "POST",
          headers: { ...bearer, "x-forwarded-for": "192.0.2.7" },
          body: "{}",
        });
        assert.equal(response.status, 403);
        assert.deepEqual(await response.json(), { error: "HTTPS required" });
      },
    );

    await t.step(
      "a change of the path is in force at once, and told",
      async () => {
        const { answer } = await post(url, {
          method: "settings.set",
          body: { name: "admin_path", value: "secret/place/" },
        }, bearer);
        assert.equal(answer.body.new_path, "/secret/place");
        const old = await fetch(url, { method: "POST", body: "{}" });
        await old.body?.cancel();
        assert.equal(old.status, 404);
        const back = await adminCall(server, "settings.reset", {
          name: "admin_path",
        }, "/secret/place");
        assert.equal(back.new_path, "/api/admin");
        for (const value of ["/new/x", "/admin"]) {
          const { answer } = await post(url, {
            method: "settings.set",
            body: { name: "admin_path", value },
          }, bearer);
          assert.equal(answer.status, 409, value);
        }
      },
    );

    await t.step(
      "changes by API and command line are in the audit log",
      async () => {
        await server.command(
          "settings",
          "set",
          "server_comment",
          "of the shell",
        );
        const rows = await adminCall(server, "audit.list");
        const shown = rows.entries.map((row: Record<string, string>) =>
          `${row.actor} ${row.resource} ${row.status}`
        );
        assert.ok(shown.includes("cli settings.set ok"), shown.join("\n"));
        assert.ok(shown.includes("token:root settings.set ok"));
        assert.ok(shown.includes("token:root settings.set already_exists"));
      },
    );

    await t.step(
      "the eleventh wrong token waits, whatever it says of its way",
      async () => {
        for (let time = 0; time < 11; time++) {
          const { answer, response } = await post(url, { method: "status" }, {
            authorization: `Bearer wrong${time}`,
            "x-client-ip": `192.0.2.${time}`,
          });
          assert.equal(answer.status, time < 10 ? 401 : 429);
          if (time === 10) {
            assert.equal(response.headers.get("retry-after"), "60");
          }
        }
        const right = await post(url, { method: "status" }, bearer);
        assert.equal(right.answer.status, 429);
        assert.ok(!server.output.includes(token));
      },
    );
  } finally {
    await server.dispose();
  }
});

Deno.test("the API is hidden with the site, except from who has the token", async () => {
  const server = await Server.start({
    config: '[web]\nstealth = "minimal"',
    ports: freePorts(),
  });
  try {
    const url = adminUrl(server);
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ method: "status" }),
    });
    const unknown = await fetch(adminUrl(server, "/nothing/here"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ method: "status" }),
    });
    assert.equal(response.status, unknown.status);
    assert.equal(await response.text(), await unknown.text());
    await adminCall(server, "status");
    const { cookie, csrf } = await adminLogin(server);
    const { answer } = await post(url, { method: "status" }, {
      cookie,
      "x-csrf-token": csrf,
    });
    assert.equal(answer.status, 200);
  } finally {
    await server.dispose();
  }
});

/** A backup, as one file over HTTP. @module */
import assert from "node:assert/strict";
import {
  adminCall,
  adminLogin,
  adminToken,
  adminUrl,
} from "../harness/admin_client.ts";
import { Server } from "../harness/server.ts";

const JSON_TYPE = { "content-type": "application/json" };

async function backups(server: Server): Promise<{ name: string }[]> {
  return (await adminCall(server, "backup.list")).backups;
}

async function refusal(
  url: string,
  init: RequestInit,
): Promise<[number, string]> {
  const response = await fetch(url, init);
  return [response.status, (await response.json()).code];
}

Deno.test("a backup is downloaded whole, by who may do everything, and written down", async (t) => {
  const server = await Server.start();
  try {
    const url = `${adminUrl(server)}/backup`;
    const bearer = { authorization: `Bearer ${await adminToken(server)}` };
    const root = { ...bearer, ...JSON_TYPE };
    await adminCall(server, "accounts.create", {
      username: "ann.chats",
      password: "correct horse battery",
    });

    await t.step("as it is now: nothing of it stays", async () => {
      const response = await fetch(url, { method: "POST", headers: root });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "application/gzip");
      assert.match(
        response.headers.get("content-disposition") ?? "",
        /^attachment; filename="backup-chat\.example-\d{8}T\d{6}Z\.tar\.gz"$/,
      );
      const path = `${server.stateDir}/downloaded.tar.gz`;
      await Deno.writeFile(path, response.body!);
      assert.match(
        await server.command("backup", "verify", path),
        /is sound[^]*\naccounts +1\n/,
      );
      assert.deepEqual(await backups(server), []);
    });

    await t.step("without mail", async () => {
      const response = await fetch(url, {
        method: "POST",
        headers: root,
        body: JSON.stringify({ without_mail: true }),
      });
      assert.equal(response.status, 200);
      await response.arrayBuffer();
    });

    const { name } = await adminCall(server, "backup.create");
    const session = await adminLogin(server);
    await t.step("one that there is, by a link in the panel", async () => {
      const response = await fetch(`${url}/${name}`, {
        headers: { cookie: session.cookie },
      });
      assert.equal(response.status, 200);
      const magic = new Uint8Array(await response.arrayBuffer()).slice(0, 2);
      assert.deepEqual([...magic], [0x1f, 0x8b]);
      assert.deepEqual((await backups(server)).map((one) => one.name), [name]);
    });

    await t.step("to nobody else", async () => {
      const reader = await adminCall(server, "admin_tokens.create", {
        name: "watcher",
        scope: "read",
      });
      const read = { ...JSON_TYPE, authorization: `Bearer ${reader.token}` };
      const cookie = { ...JSON_TYPE, cookie: session.cookie };
      const cases: readonly [number, string, string, RequestInit][] = [
        [401, "unauthorized", url, { method: "POST" }],
        [401, "unauthorized", `${url}/${name}`, {}],
        [403, "scope", url, { method: "POST", headers: read }],
        [403, "scope", `${url}/${name}`, { headers: read }],
        [403, "csrf", url, { method: "POST", headers: cookie }],
        [403, "origin", `${url}/${name}`, {
          headers: { ...cookie, "sec-fetch-site": "cross-site" },
        }],
        [405, "method_not_allowed", url, { headers: root }],
        [405, "method_not_allowed", `${url}/${name}`, {
          method: "POST",
          headers: root,
        }],
        [404, "not_found", `${url}/`, { headers: root }],
        [404, "not_found", `${url}/..%2f..%2fadmin_token`, { headers: root }],
        [404, "not_found", `${url}/${"x".repeat(5000)}`, { headers: root }],
        [400, "invalid_value", url, {
          method: "POST",
          headers: root,
          body: JSON.stringify({ without_mail: "x" }),
        }],
      ];
      for (const [status, code, at, init] of cases) {
        assert.deepEqual(
          await refusal(at, init),
          [status, code],
          at.slice(0, 80),
        );
      }
    });

    await t.step("one at a time, and the next when that has gone", async () => {
      const asked = await Promise.all(
        [1, 2, 3].map(() => fetch(url, { method: "POST", headers: root })),
      );
      const statuses = asked.map(({ status }) => status).toSorted();
      assert.deepEqual(statuses, [200, 409, 409]);
      for (const response of asked) await response.arrayBuffer();
      const ending = new AbortController();
      const { signal } = ending;
      await fetch(url, { method: "POST", headers: root, signal });
      ending.abort();
      for (let tries = 0; tries < 200; tries++) {
        const response = await fetch(`${url}/${name}`, { headers: root });
        await response.arrayBuffer();
        if (response.status === 200) break;
        assert.equal(response.status, 409);
      }
      assert.deepEqual((await backups(server)).map((one) => one.name), [name]);
    });

    await t.step("that they had it is in the audit log", async () => {
      const { entries } = await adminCall(server, "audit.list", {
        q: "downloaded",
      });
      assert.ok(entries.length >= 4);
      assert.ok(
        entries.every((entry: { resource: string }) =>
          entry.resource === "backup"
        ),
      );
      assert.ok(
        entries.some((entry: { actor: string }) =>
          entry.actor.startsWith("session:")
        ),
      );
    });
  } finally {
    await server.dispose();
  }
});

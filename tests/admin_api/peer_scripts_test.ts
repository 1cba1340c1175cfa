/**
 * What scripts and panels of other relays do with a whole server, in the order
 * in which they do it, and what others see of it: over SMTP, IMAP and HTTP.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { ResourceMethod } from "../../src/api/admin/resource.ts";
import { adminToken, adminUrl, post } from "../harness/admin_client.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { freePorts, Server } from "../harness/server.ts";
import { probe } from "../http/probe.ts";

const PASSWORD = "correct horse battery";

Deno.test("scripts of other relays work against ours", async (t) => {
  const server = await Server.start();
  try {
    const url = adminUrl(server);
    const token = await adminToken(server);
    const ask = async (
      resource: string,
      method: ResourceMethod = "GET",
      body?: unknown,
    ) => {
      const { response, answer } = await post(url, {
        method,
        resource,
        headers: { Authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body }),
      });
      assert.equal(response.status, 200);
      if (answer.status !== 404 || answer.resource !== undefined) {
        assert.equal(answer.resource, resource);
      }
      return answer;
    };
    const good = async (
      resource: string,
      method: ResourceMethod = "GET",
      body?: unknown,
    ) => {
      const { status, error, body: given } = await ask(resource, method, body);
      assert.deepEqual([status < 300, error], [true, null], resource);
      return given;
    };
    const status = async (...asked: Parameters<typeof ask>) =>
      (await ask(...asked)).status;

    await t.step("what there is not, and not so", async () => {
      assert.equal(await status("/admin/nonexistent"), 404);
      for (
        const [resource, method] of [
          ["/admin/status", "POST"],
          ["/admin/registration", "DELETE"],
          ["/admin/queue", "GET"],
          ["/admin/settings", "POST"],
          ["/admin/settings/smtp_port", "DELETE"],
          ["/admin/reload", "GET"],
          ["/admin/services/turn", "DELETE"],
        ] as const
      ) assert.equal(await status(resource, method, {}), 405, resource);
    });

    await t.step("status and storage", async () => {
      const body = await good("/admin/status");
      assert.ok(Number.isInteger(body.users.registered));
      assert.match(body.uptime.duration, /^\d+d \d+h \d+m \d+s$/);
      assert.equal(typeof body.version, "string");
      assert.ok(body.listeners.length > 3);
      assert.ok((await good("/admin/storage")).disk.total_bytes > 0);
      assert.equal((await good("/admin/overview")).tokens.total, 0);
    });

    await t.step("registration closes for strangers, and opens", async () => {
      const signUp = async () => {
        const text = await probe(
          { port: server.ports.https, serverName: server.domain },
          { method: "POST", target: "/new", host: server.domain, body: "" },
        );
        return Number(text.split(" ", 2)[1]);
      };
      await good("/admin/registration", "POST", { action: "close" });
      assert.equal((await good("/admin/registration")).status, "closed");
      assert.equal(await signUp(), 403);
      await good("/admin/registration", "POST", { action: "open" });
      assert.equal(await signUp(), 200);
      assert.equal(
        await status("/admin/registration", "POST", { action: "invalid" }),
        400,
      );
    });

    for (
      const resource of [
        "/admin/registration/jit",
        "/admin/services/turn",
        "/admin/services/iroh",
        "/admin/services/shadowsocks",
        "/admin/services/log",
        "/admin/services/push",
      ]
    ) {
      await t.step(`${resource} is switched`, async () => {
        for (const action of ["disable", "enable"]) {
          const set = await good(resource, "POST", { action });
          assert.equal(set.status, `${action}d`);
          if (!resource.endsWith("/push")) {
            assert.equal((await good(resource)).status, `${action}d`);
          }
        }
        assert.equal(
          await status(resource, "POST", { action: "invalid" }),
          400,
        );
      });
    }

    await t.step("an account is made, listed, used and deleted", async () => {
      const made = await good("/admin/accounts", "POST", {});
      const imap = await imapOf(server);
      await imap.login(made.email, made.password);
      const { accounts, total } = await good("/admin/accounts");
      assert.equal(total, accounts.length);
      assert.ok(
        accounts.some(({ username }: { username: string }) =>
          username === made.email
        ),
      );
      const path = `/admin/accounts/${encodeURIComponent(made.email)}`;
      const detail = await good(path);
      assert.deepEqual(detail.sessions, [{ kind: "imap", sessions: 1 }]);
      const gone = await good("/admin/accounts", "DELETE", {
        username: made.email,
      });
      assert.equal(gone.deleted, made.email);
      await assert.rejects(async () => {
        for (;;) await imap.readResponse(); // it is told goodbye, and gone
      });
      imap.close();
      assert.equal(await status(path), 404);
      const { blocked } = await good("/admin/blocklist");
      assert.equal(blocked[0].username, made.email);
    });

    await t.step("a notice is seen while somebody looks", async () => {
      const username = `ann.reads@${server.domain}`;
      await good("/admin/accounts", "POST", { username, password: PASSWORD });
      const imap = await imapOf(server);
      await imap.login(username, PASSWORD);
      await imap.expectOk("SELECT INBOX");
      const sent = await good("/admin/notice", "POST", {
        subject: "Hello",
        body: "All is well",
        recipient: "",
      });
      assert.ok(sent.sent >= 1);
      assert.equal(sent.failed, 0);
      assert.ok(await hears(imap, "* 1 EXISTS"));
      const [message] = await imap.fetch("1");
      assert.match(new TextDecoder().decode(message?.octets), /All is well/);
      assert.equal(
        await status("/admin/notice", "POST", {
          subject: "x\r\nBcc: eve@far.example",
          body: "y",
        }),
        400,
      );
      const read = await good("/admin/queue", "POST", { action: "purge_read" });
      assert.equal(read.deleted, 1);
      await good("/admin/queue", "POST", { action: "purge_all" });
      assert.ok(await hears(imap, "* 1 EXPUNGE"));
      imap.close();
    });

    await t.step("a port moves at once, and back", async () => {
      const port = freePorts().http;
      const before = server.endpoint("submission").port;
      const path = "/admin/settings/submission_port";
      const set = await good(path, "POST", {
        action: "set",
        value: String(port),
      });
      assert.deepEqual(set, {
        key: "__SUBMISSION_PORT__",
        value: String(port),
        is_set: true,
        restart_required: false,
      });
      await greeted(port);
      await assert.rejects(greeted(before));
      assert.equal(
        (await good("/admin/settings")).submission_port.value,
        `${port}`,
      );
      const taken = server.endpoint("http").port;
      assert.equal(
        await status(path, "POST", { action: "set", value: String(taken) }),
        409,
      );
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const occupied = (listener.addr as Deno.NetAddr).port;
      assert.equal(
        await status(path, "POST", { action: "set", value: `${occupied}` }),
        409,
      );
      listener.close();
      assert.equal((await good(path)).value, String(port));
      await good(path, "POST", { action: "reset" });
      await greeted(before);
      assert.equal(
        await status(path, "POST", { action: "set", value: "" }),
        400,
      );
    });

    await t.step("shares are there while they are switched on", async () => {
      const path = "/admin/shares";
      await good("/admin/services/sharing", "POST", { action: "disable" });
      assert.equal(await status(path), 404);
      await good("/admin/services/sharing", "POST", { action: "enable" });
      const before = (await good(path)).total;
      assert.equal(
        await status(path, "POST", { slug: "x y", url: "openpgp4fpr:AAAA" }),
        400,
      );
      const kept = await good(path, "POST", {
        slug: "nobody-gets-it",
        reserved: true,
      });
      assert.equal(kept.reserved, true);
      assert.equal((await good(path)).total, before + 1);
      const gone = await good(path, "DELETE", { slug: "nobody-gets-it" });
      assert.deepEqual(gone, { deleted: "nobody-gets-it" });
      assert.equal(await status(path, "DELETE", { slug: "no-such" }), 404);
    });

    await t.step("tokens, audit and numbers", async () => {
      const made = await good("/admin/tokens", "POST", {
        name: "watcher",
        scope: "read",
      });
      const asReader = async (resource: string, method: string) =>
        (await post(url, {
          method,
          resource,
          headers: { Authorization: `Bearer ${made.token}` },
        })).answer.status;
      assert.equal(await asReader("/admin/status", "GET"), 200);
      assert.equal(await asReader("/admin/tokens", "GET"), 403);
      assert.equal(await asReader("/admin/backup", "POST"), 403);
      const { entries } = await good("/admin/audit", "GET", { q: "notice" });
      assert.equal(entries[0].resource, "/admin/notice");
      assert.ok(!JSON.stringify(entries).includes(made.token));
      await good("/admin/tokens", "DELETE", { id: made.id });
      assert.equal(await asReader("/admin/status", "GET"), 401);
      const { series } = await good("/admin/metrics", "GET", {});
      assert.equal(typeof series, "object");
    });

    await t.step("the file is read again", async () => {
      const done = await good("/admin/reload", "POST", {});
      assert.equal(done.status, "reloaded");
      assert.equal(
        await status("/admin/reload", "POST", { scope: "half" }),
        400,
      );
    });
  } finally {
    await server.dispose();
  }
});

async function imapOf(server: Server): Promise<ImapClient> {
  return await ImapClient.connect(
    server.ports.imapTls,
    await server.certificate(),
  );
}

async function hears(imap: ImapClient, text: string): Promise<boolean> {
  const { untagged } = await imap.expectOk("NOOP");
  return untagged.some((response) => response.text === text);
}

/** Somebody says 220 there. */
async function greeted(port: number): Promise<void> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    const octets = new Uint8Array(100);
    const count = await connection.read(octets) ?? 0;
    assert.match(new TextDecoder().decode(octets.subarray(0, count)), /^220 /);
  } finally {
    connection.close();
  }
}

/** Who may use the admin API, over a real store: what ends when, and what is kept of it. */
import assert from "node:assert/strict";
import { AdminAccess } from "../../src/admin/access/admin_access.ts";
import { systemRandom } from "../../src/base/random.ts";
import { call, type Relay, withRelay } from "./relay.ts";

const HOUR = 3_600_000;
const FROM = { address: "192.0.2.1", agent: "Browser\r\n<script>" };

async function begin({ access }: Relay): Promise<string> {
  const root = access.tokens.bearer(access.tokens.root());
  assert.ok(root);
  return await access.begin(root, FROM);
}

/** What was noted in passing is stored. */
async function settled({ audit }: Relay): Promise<void> {
  await audit.clean();
  await audit.add({
    actor: "",
    ip: null,
    resource: "",
    method: "",
    summary: "",
    status: "ok",
  });
}

Deno.test("install shows the panel at a path that nobody guesses, once", async () => {
  await withRelay(async (relay) => {
    const first = await call(relay, "admin_web.install", { lifetime: "15m" });
    const { path, enabled } = await call(relay, "admin_web.status", {});
    assert.equal(enabled, true);
    assert.match(path, /^\/admin-[0-9a-f]{10}$/);
    assert.equal(first.url, `https://chat.example${path}/#c=${first.code}`);
    const second = await call(relay, "admin_web.install", {});
    assert.equal((await call(relay, "admin_web.status", {})).path, path);
    assert.notEqual(second.code, first.code);
    await relay.clock.pass(6 * 60_000);
    assert.equal(await relay.access.takeCode(second.code), undefined);
    assert.ok(await relay.access.takeCode(first.code));
    assert.equal(await relay.access.takeCode(first.code), undefined);
  });
});

Deno.test("a session ends when it was not used for long, and in any case", async () => {
  await withRelay(async (relay) => {
    const { access, clock } = relay;
    const idle = await begin(relay);
    await clock.pass(12 * HOUR - 1000);
    assert.ok(access.session(idle));
    await settled(relay);
    await clock.pass(12 * HOUR - 1000);
    assert.ok(access.session(idle));
    await settled(relay);
    await clock.pass(12 * HOUR);
    assert.equal(access.session(idle), undefined);
    const busy = await begin(relay);
    for (let hours = 0; hours < 7 * 24; hours++) {
      assert.ok(access.session(busy), `after ${hours} hours`);
      await settled(relay);
      await clock.pass(HOUR);
    }
    assert.equal(access.session(busy), undefined);
  });
});

Deno.test("of eleven sessions the one that was used longest ago ends", async () => {
  await withRelay(async (relay) => {
    const cookies: string[] = [];
    for (let count = 0; count < 10; count++) {
      cookies.push(await begin(relay));
      await relay.clock.pass(1000);
    }
    await relay.clock.pass(HOUR);
    assert.ok(relay.access.session(cookies[0] ?? ""));
    await settled(relay);
    await begin(relay);
    const going = cookies.map((one) => relay.access.session(one) !== undefined);
    assert.deepEqual(going.indexOf(false), 1);
    assert.equal(going.filter(Boolean).length, 9);
  });
});

Deno.test("who is out stays out, although the session is used at the same time", async () => {
  await withRelay(async (relay) => {
    const { access, clock } = relay;
    const { token, id } = await call(relay, "admin_tokens.create", {
      name: "panel",
      scope: "full",
    });
    const by = access.tokens.bearer(token);
    assert.ok(by);
    const cookie = await access.begin(by, FROM);
    await clock.pass(HOUR);
    const removal = call(relay, "admin_tokens.remove", { id });
    access.tokens.bearer(token);
    access.session(cookie);
    await removal;
    assert.equal(access.tokens.bearer(token), undefined);
    assert.equal(access.session(cookie), undefined);
    assert.deepEqual(access.tokens.list(), []);
    const again = await AdminAccess.open({
      store: relay.store,
      clock,
      random: systemRandom,
      options: () => ({
        token: "",
        tokenFile: `${relay.stateDir}/admin_token`,
        idleSeconds: 60,
        maxSeconds: 60,
      }),
      reportBug: (error) => {
        throw error;
      },
    });
    assert.equal(again.tokens.bearer(token), undefined);
    assert.equal(again.session(cookie), undefined);
    again.close();
  });
});

Deno.test("a token with an end ends, and what stands on it", async () => {
  await withRelay(async (relay) => {
    const { access, clock } = relay;
    const { token } = await call(relay, "admin_tokens.create", {
      name: "short",
      scope: "read",
      expires_in: "1h",
    });
    const by = access.tokens.bearer(token);
    assert.ok(by);
    const cookie = await access.begin(by, FROM);
    assert.equal(access.session(cookie)?.scope, "read");
    await clock.pass(HOUR);
    assert.equal(access.tokens.bearer(token), undefined);
    assert.equal(access.session(cookie), undefined);
  });
});

Deno.test("no secret is stored, nor text that a browser made up", async () => {
  await withRelay(async (relay) => {
    const { access, store } = relay;
    const cookie = await begin(relay);
    const { code } = await access.addCode(60);
    const { token } = await access.tokens.add({ name: "a", scope: "read" });
    const all = JSON.stringify(
      await Promise.all(
        ["admin_tokens", "admin_sessions", "admin_login_codes"].map((name) =>
          store.records.load(name)
        ),
      ),
    );
    for (const secret of [cookie, code, token, access.tokens.root()]) {
      assert.ok(!all.includes(secret));
    }
    assert.ok(!all.includes("\\r") && all.includes("Browser"));
  });
});

Deno.test("the token of the file is refused where somebody wrote a short one, or everybody may read it", async () => {
  await withRelay(async ({ access, stateDir }) => {
    await Deno.writeTextFile(`${stateDir}/admin_token`, "short\n");
    assert.throws(() => access.tokens.root(), /32 characters or more/);
    await Deno.writeTextFile(`${stateDir}/admin_token`, "");
    const token = access.tokens.root();
    assert.match(token, /^[0-9a-f]{64}$/);
    await Deno.chmod(`${stateDir}/admin_token`, 0o644);
    assert.throws(() => access.tokens.root(), /chmod 600 \S+admin_token,/);
    await Deno.chmod(`${stateDir}/admin_token`, 0o640);
    assert.equal(access.tokens.root(), token);
  });
});

Deno.test("only the command line shows the token", async () => {
  await withRelay(async (relay) => {
    const { token } = await call(relay, "admin.token", {});
    assert.equal(token, relay.access.tokens.root());
    for (const kind of ["token", "session"] as const) {
      const asking = { ...relay, caller: { kind, name: "root" } };
      await assert.rejects(
        call(asking, "admin.token", {}),
        { code: "policy_rejection" },
      );
    }
  });
});

Deno.test("the audit log forgets after its days, and keeps its order", async () => {
  await withRelay(async (relay) => {
    const { audit, clock } = relay;
    await call(relay, "settings.set", { name: "admin_contact", value: "a" });
    await call(relay, "settings.reset", { name: "admin_contact" });
    const names = audit.list().map(({ resource }) => resource);
    assert.deepEqual(names, ["settings.reset", "settings.set"]);
    assert.match(
      audit.list()[1]?.summary ?? "",
      /^name=admin_contact value=\(set\)$/,
    );
    await clock.pass(91 * 24 * HOUR);
    assert.deepEqual(audit.list(), []);
    await audit.clean();
    assert.deepEqual(await relay.store.records.load("admin_audit"), []);
  });
});

Deno.test("refusals are recorded by their code, and what only reads is not", async () => {
  await withRelay(async (relay) => {
    await call(relay, "settings.list", {});
    await assert.rejects(
      call(relay, "accounts.delete", { username: "nobody.there" }),
    );
    assert.deepEqual(
      relay.audit.list().map(({ resource, status }) => [resource, status]),
      [["accounts.delete", "not_found"]],
    );
    assert.equal(relay.events.lastId, 0);
    await call(relay, "settings.set", {
      name: "max_message_size",
      value: "30M",
    });
    const failed = await call(relay, "audit.list", { failed: true });
    assert.deepEqual(
      [failed.total, failed.entries[0]?.resource],
      [1, "accounts.delete"],
    );
    assert.equal((await call(relay, "audit.list", {})).total, 2);
  });
});

Deno.test("panels hear which settings were changed, and never to what", async () => {
  await withRelay(async (relay) => {
    const heard: unknown[] = [];
    relay.events.listen(({ event, data }) => heard.push([event, data]));
    await call(relay, "settings.change", {
      values: {
        admin_contact: "mailto:a@b.example",
        web_gate_key: "0123456789",
      },
    });
    assert.deepEqual(heard, [[
      "settings",
      {
        operation: "settings.change",
        keys: ["admin_contact", "web_gate_key"],
      },
    ]]);
    assert.equal(
      relay.audit.list()[0]?.summary,
      "values=(admin_contact, web_gate_key)",
    );
  });
});

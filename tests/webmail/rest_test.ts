/** WebIMAP and WebSMTP over REST, against a real server and its IMAP. */
import assert from "node:assert/strict";
import { assertFault, PASSWORD, type User, withWorld } from "./world.ts";

Deno.test("off, they are not there, whoever asks how", () =>
  withWorld(async (world, ann) => {
    const paths = [
      "/webimap/mailboxes",
      "/webimap/messages",
      "/webimap/message/1",
      "/webimap/message/flags",
      "/webimap/ticket",
      "/webimap/ws",
      "/websmtp/send",
      "/webimap/send",
    ];
    for (const path of paths) {
      for (const method of ["GET", "POST", "PUT", "DELETE", "OPTIONS"]) {
        for (const as of [null, ann] as const) {
          const { status, json, headers } = await ann.ask(path, {
            method,
            as,
          });
          assert.equal(headers.get("cache-control"), "no-store");
          assert.deepEqual([path, method, status, json.error], [
            path,
            method,
            404,
            "not found",
          ]);
        }
      }
    }
    await world.server.command("settings", "set", "webimap_enabled", "true");
    assert.equal((await ann.ask("/webimap/mailboxes")).status, 200);
    assert.equal((await ann.send(ann.address)).status, 404);
    await world.server.command("settings", "set", "websmtp_enabled", "true");
    assert.equal((await ann.send(ann.address)).status, 200);
  }, { config: "" }));

Deno.test("who asks has to be somebody", () =>
  withWorld(async (world, ann) => {
    const path = "/webimap/mailboxes";
    const as = (address: string, password: string) =>
      ann.ask(path, { as: { address, password } });
    assertFault(
      await ann.ask(path, { as: null }),
      401,
      "missing X-Email header",
    );
    assertFault(
      await ann.ask(path, { as: null, headers: { "x-email": ann.address } }),
      401,
      "missing X-Password header",
    );
    assertFault(await as("no address", "x"), 400, /address/);
    const wrong = await as(ann.address, "wrong-password");
    assertFault(wrong, 401, "invalid credentials");
    // unlike a login by mail, nobody is made
    const unknown = await as("nobody-there@chat.example", PASSWORD);
    assert.equal(unknown.text, wrong.text);
    assert.equal(unknown.status, 401);
    assertFault(
      await as("x@elsewhere.example", PASSWORD),
      401,
      "invalid credentials",
    );
    const { length } = await listed(world.server);
    assert.equal(length, 2);

    const basic = (text: string) =>
      ann.ask(path, {
        as: null,
        headers: { authorization: `Basic ${btoa(text)}` },
      });
    assert.equal((await basic(`${ann.address}:${PASSWORD}`)).status, 200);
    assertFault(await basic(`${ann.address}:no`), 401, "invalid credentials");
    assertFault(await basic("nothing"), 400, /Authorization/);

    await world.server.command(
      "accounts",
      "password",
      ann.address,
      "--password",
      "pässwörd €",
    );
    assert.equal((await as(ann.address, PASSWORD)).status, 401);
    const escaped = await ann.ask(path, {
      as: { address: ann.address, password: encodeURIComponent("pässwörd €") },
      headers: { "x-auth-encoding": "pct" },
    });
    assert.equal(escaped.status, 200, escaped.text);
    await world.server.command("blocklist", "add", ann.address);
    const blocked = await ann.ask(path, {
      as: { address: ann.address, password: encodeURIComponent("pässwörd €") },
      headers: { "x-auth-encoding": "pct" },
    });
    assertFault(blocked, 403, "user blocked");
    assertFault(await as(ann.address, "wrong"), 401, "invalid credentials");
  }));

async function listed(server: { command(...args: string[]): Promise<string> }) {
  const text = await server.command("accounts", "list", "--json");
  const { data } = JSON.parse(text);
  return data.accounts as unknown[];
}

Deno.test("nothing of an account passes in clear", () =>
  withWorld(async (world, ann) => {
    const base = `http://127.0.0.1:${world.server.ports.http}`;
    const own = { "x-email": ann.address, "x-password": PASSWORD };
    // nobody knows by which way it came to the proxy
    const headers = { ...own, "x-forwarded-for": "192.0.2.1" };
    const near = await fetch(`${base}/webimap/mailboxes`, { headers: own });
    assert.equal(near.status, 200); // it has not left this machine
    await near.body?.cancel();
    for (const method of ["GET", "HEAD", "DELETE"]) {
      const path = method === "DELETE" ? "message/1" : "mailboxes";
      const answer = await fetch(`${base}/webimap/${path}`, {
        method,
        headers,
        redirect: "manual",
      });
      const text = await answer.text();
      assert.equal(answer.status, 403);
      if (method === "HEAD") continue;
      assert.equal(JSON.parse(text).error, "HTTPS required");
    }
    const { status, headers: fields, text } = await ann.ask(
      "/webimap/mailboxes",
      { method: "HEAD" },
    );
    assert.deepEqual([status, text], [200, ""]);
    assert.equal(fields.get("x-content-type-options"), "nosniff");
  }));

Deno.test("a message is sent, listed, read, marked, copied, moved and deleted as IMAP sees it", () =>
  withWorld(async (world, ann, bob) => {
    const text = world.message(ann.address).replace(
      "Subject: [...]",
      "Subject: =?utf-8?q?caf=C3=A9?=",
    );
    const sent = await ann.send([bob.address, bob.address, ann.address], text);
    assert.deepEqual([sent.status, sent.json], [200, { status: "sent" }]);

    const [inbox] = (await bob.ask("/webimap/mailboxes")).json;
    assert.deepEqual(
      [inbox.name, inbox.messages, inbox.unseen, inbox.attributes],
      ["INBOX", 1, 1, ["\\HasNoChildren"]],
    );
    const imap = await bob.imap();
    const { untagged } = await imap.expectOk("SELECT INBOX");
    const said = untagged.map(({ text }) => text).join("\n");
    assert.match(said, new RegExp(`UIDVALIDITY ${inbox.uidvalidity}\\b`));
    assert.match(said, new RegExp(`UIDNEXT ${inbox.uidnext}\\b`));

    const list = (await bob.ask("/webimap/messages")).json;
    assert.equal(list.length, 1);
    const [summary] = list;
    const [stored] = await imap.fetch("1:*");
    assert.ok(stored?.octets);
    assert.equal(summary.uid, stored.uid);
    assert.deepEqual(
      [summary.seq_num, summary.flags, summary.size, summary.date],
      [1, [], stored.octets.length, "2026-11-22T12:00:00Z"],
    );
    assert.deepEqual(summary.envelope.from, [
      { mailbox: "ann", host: "chat.example" },
    ]);
    assert.equal(summary.envelope.date, "2026-11-22T12:00:00Z");
    assert.match(summary.envelope.message_id, /^[^<>]+@[^<>]+$/);
    assert.equal("cc" in summary.envelope, false);
    assert.equal("in_reply_to" in summary.envelope, false);

    const path = `/webimap/message/${summary.uid}`;
    const detail = (await bob.ask(path)).json;
    const body = new TextDecoder().decode(stored.octets);
    assert.deepEqual(detail, { ...summary, body });
    const inBase64 = (await bob.ask(`${path}?encoding=base64`)).json;
    assert.deepEqual(Object.keys(inBase64), [
      ...Object.keys(summary),
      "body_base64",
    ]);
    assert.deepEqual(
      Uint8Array.fromBase64(inBase64.body_base64),
      stored.octets,
    );
    const raw = await bob.ask(`${path}/raw`);
    assert.equal(raw.text, body);
    assert.equal(raw.headers.get("content-type"), "message/rfc822");

    const mark = (op: string, flags: string[]) =>
      bob.ask("/webimap/message/flags", {
        method: "POST",
        body: { mailbox: "INBOX", uid: summary.uid, flags, op },
      });
    assert.deepEqual((await mark("add", ["\\Seen", "$Chat"])).json, {
      status: "ok",
      flags: ["\\Seen", "$Chat"],
    });
    assert.deepEqual((await imap.fetch("1:*"))[0]?.flags, ["\\Seen", "$Chat"]);
    await imap.expectOk("STORE 1 +FLAGS (\\Flagged)");
    assert.deepEqual(
      (await bob.ask("/webimap/messages")).json[0].flags,
      ["\\Flagged", "\\Seen", "$Chat"],
    );
    assert.equal((await bob.ask("/webimap/mailboxes")).json[0].unseen, 0);
    assert.deepEqual((await mark("set", [])).json.flags, []);

    await imap.idle();
    const deleted = await bob.ask(path, { method: "DELETE" });
    assert.deepEqual(deleted.json, { status: "deleted" });
    for (;;) {
      if ((await imap.readResponse()).text === "* 1 EXPUNGE") break;
    }
    await imap.done();
    imap.close();
    assertFault(await bob.ask(path), 404, "message not found");
    assertFault(
      await bob.ask(`/webimap/messages/INBOX/${summary.uid}`, {
        method: "DELETE",
      }),
      404,
      "message not found",
    );
  }));

Deno.test("what cannot be understood is said to be so", () =>
  withWorld(async (_world, ann) => {
    const post = (path: string, body: unknown, headers = {}) =>
      ann.ask(path, { method: "POST", body, headers });
    const flags = "/webimap/message/flags";
    const rows: [Promise<unknown>, number, string | RegExp][] = [
      [ann.ask("/webimap/message/abc"), 400, "invalid uid"],
      [ann.ask("/webimap/message/-1"), 400, "invalid uid"],
      [ann.ask("/webimap/message/99999999999"), 400, "invalid uid"],
      [ann.ask("/webimap/message/0"), 404, "message not found"],
      [ann.ask("/webimap/message/7"), 404, "message not found"],
      [ann.ask("/webimap/message/7/raw"), 404, "message not found"],
      [ann.ask("/webimap/messages?mailbox=None"), 400, "unknown mailbox"],
      [
        ann.ask("/webimap/messages?mailbox=..%2f..%2fbob"),
        400,
        "unknown mailbox",
      ],
      [ann.ask("/webimap/messages?since_uid=x"), 400, "invalid since_uid"],
      [ann.ask("/webimap/messages?wait=-1"), 400, "invalid wait"],
      [ann.ask("/webimap/messages?limit=0"), 400, "invalid limit"],
      [ann.ask("/webimap/messages?limit=501"), 400, "invalid limit"],
      [ann.ask("/webimap/messages?order=desc"), 400, "invalid order"],
      [ann.ask("/webimap/nothing"), 404, "not found"],
      [
        ann.ask("/webimap/mailboxes", { method: "PUT" }),
        405,
        "method not allowed",
      ],
      [post(flags, "{"), 400, /^invalid JSON: /],
      [post(flags, "[]"), 400, /^invalid JSON: /],
      [
        post(flags, "{}", { "content-type": "text/plain" }),
        415,
        /application\/json/,
      ],
      [
        post(flags, { mailbox: "INBOX", uid: 1, flags: [], op: "toggle" }),
        400,
        "invalid op: must be add, remove, or set",
      ],
      [
        post(flags, { mailbox: "INBOX", uid: 7, flags: ["\\Seen"], op: "add" }),
        404,
        "message not found",
      ],
      [
        post(flags, { mailbox: "No", uid: 1, op: "add" }),
        400,
        "unknown mailbox",
      ],
      [
        post(flags, { uid: 1, flags: ["\\Seen) (\\Deleted"], op: "add" }),
        400,
        "invalid flag",
      ],
      [post(flags, { uid: "1", op: "add" }), 400, /^invalid JSON: uid/],
    ];
    for (const [answer, status, text] of rows) {
      // deno-lint-ignore no-explicit-any
      assertFault(await answer as any, status, text);
    }
    const { headers } = await ann.ask("/webimap/mailboxes", { method: "PUT" });
    assert.equal(headers.get("allow"), "HEAD, GET, OPTIONS");
    assert.equal(headers.get("cache-control"), "no-store");
  }));

Deno.test("what may not be sent is refused with the words that clients know", () =>
  withWorld(async (world, ann, bob) => {
    const ok = world.message(ann.address);
    const plain = ok.replace(
      /multipart\/encrypted[^]*/,
      "text/plain\r\n\r\nhello\r\n",
    );
    const other = ok.replace("From: <ann@", "From: <eve@");
    const rows: [Promise<Answer>, number, string | RegExp, string][] = [
      [ann.send([]), 400, "missing recipients", "bad_request"],
      [ann.send("not an address"), 400, "invalid recipient", "bad_request"],
      [
        ann.send("bob@chat.example\r\nX: y"),
        400,
        "invalid recipient",
        "bad_request",
      ],
      [
        ann.send(Array.from({ length: 101 }, (_, i) => `u${i}@chat.example`)),
        400,
        /^too many recipients/,
        "bad_request",
      ],
      [
        ann.send(bob.address, plain),
        400,
        /^Encryption Needed/,
        "encryption_needed",
      ],
      [
        ann.send(bob.address, other),
        403,
        "Unauthorized use of sender address",
        "unauthorized_sender",
      ],
      [
        ann.send("nobody-here@chat.example"),
        400,
        /No such user/,
        "no_such_user",
      ],
      [ann.send(bob.address, ""), 400, /./, "bad_message"],
      [ann.send(bob.address, "no header at all"), 400, /./, "bad_message"],
    ];
    for (const [answer, status, text, code] of rows) {
      const answered = await answer;
      assertFault(answered, status, text);
      assert.equal(answered.json.code, code, answered.text);
    }
    await world.server.command("settings", "set", "max_message_size", "2000B");
    const large = await ann.send(bob.address, ok + "x".repeat(3000));
    assertFault(large, 413, "552 5.3.4 message file too big");
    assert.equal(large.json.code, "too_large");
    const larger = await ann.send(bob.address, ok + "x".repeat(200_000));
    assert.equal(larger.status, 413);
    await world.server.command("settings", "reset", "max_message_size");

    await world.server.command("quota", "set", bob.address, "1k");
    const full = await ann.send(bob.address, ok);
    assert.equal(full.status, 413, full.text);
    assert.match(full.json.error, /552 5\.2\.2.*quota/);
    assert.equal(full.json.code, "quota_exceeded");
    await world.server.command("federation", "disable");
    const away = await ann.send("eve@elsewhere.example", ok);
    assertFault(away, 400, "federation rejected: elsewhere.example");
    assert.deepEqual((await bob.ask("/webimap/messages")).json, []);
  }));

type Answer = Awaited<ReturnType<User["ask"]>>;

Deno.test("bare line feeds become line ends, octets stay what they were", () =>
  withWorld(async (world, ann, bob) => {
    const text = world.message(ann.address);
    const sent = await ann.send(bob.address, text.replaceAll("\r\n", "\n"));
    assert.equal(sent.status, 200, sent.text);
    const { body } = (await bob.ask("/webimap/message/1")).json;
    assert.ok(body.includes(world.payload));
    assert.equal(/[^\r]\n/.test(body), false);
  }));

Deno.test("a request waits for mail and no longer", () =>
  withWorld(async (world, ann, bob) => {
    const started = performance.now();
    assert.deepEqual((await bob.ask("/webimap/messages?wait=1")).json, []);
    assert.ok(performance.now() - started >= 900);
    const waiting = bob.ask("/webimap/messages?wait=30");
    await ann.send(bob.address);
    const [first] = (await waiting).json;
    assert.equal(first.uid, 1);
    const next = bob.ask(`/webimap/messages?wait=30&since_uid=${first.uid}`);
    await ann.send(bob.address);
    assert.deepEqual(
      (await next).json.map((
        { uid, seq_num }: { uid: number; seq_num: number },
      ) => [uid, seq_num]),
      [[2, 2]],
    );
    const revoked = bob.ask("/webimap/messages?wait=30&since_uid=2");
    await new Promise((resolve) => setTimeout(resolve, 200));
    await world.server.command("blocklist", "add", bob.address);
    assertFault(await revoked, 401, "session revoked");
    const last = ann.ask("/webimap/messages?wait=100");
    await new Promise((resolve) => setTimeout(resolve, 200));
    await world.server.command("webimap", "disable");
    const { status, text } = await last;
    assert.deepEqual([status, text], [404, '{"error":"not found"}']);
  }));

Deno.test("eight may wait, the ninth is refused", () =>
  withWorld(async (_world, ann) => {
    const path = "/webimap/messages?wait=2";
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ann.ask(path)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [...Array(8).fill(200), 429, 429]);
    assert.equal((await ann.ask("/webimap/messages?wait=0")).status, 200);
    assert.equal((await ann.ask("/webimap/messages?wait=1")).status, 200);
  }));

for (const path of ["/webimap/mailboxes", "/webimap/ws"]) {
  Deno.test(`only pages of listed origins may read ${path}`, () =>
    withWorld(async (world, ann) => {
      const from = (origin: string, method = "GET") =>
        ann.ask(path, { method, headers: { origin } });
      const { status: usual } = await ann.ask(path);
      const allowed = ({ headers }: Answer) =>
        headers.get("access-control-allow-origin");
      assert.equal(allowed(await from("https://evil.example")), null);
      assert.equal((await from("https://evil.example", "OPTIONS")).status, 403);
      await world.server.command(
        "settings",
        "set",
        "webmail_cors_origins",
        "https://App.example:443, http://localhost:5173",
      );
      const good = await from("https://app.example");
      assert.equal(allowed(good), "https://app.example");
      assert.match(good.headers.get("vary") ?? "", /Origin/);
      assert.equal(good.headers.get("access-control-allow-credentials"), null);
      const asked = await from("http://localhost:5173", "OPTIONS");
      assert.equal(asked.status, 204);
      assert.match(
        asked.headers.get("access-control-allow-headers") ?? "",
        /X-Password.*X-Ticket/,
      );
      assert.equal(asked.headers.get("access-control-max-age"), "600");
      for (
        const origin of [
          "null",
          "https://app.example.evil.example",
          "http://app.example",
          "https://app.example:8443",
          "https://sub.app.example",
          "garbage",
        ]
      ) {
        const answer = await from(origin);
        assert.equal(allowed(answer), null, origin);
        assert.equal(answer.status, usual);
        assert.equal(answer.headers.get("cache-control"), "no-store");
        assert.equal((await from(origin, "OPTIONS")).status, 403);
      }
      await world.server.command(
        "settings",
        "set",
        "webmail_cors_origins",
        "*",
      );
      assert.equal(allowed(await from("null")), "*");
    }));
}

Deno.test("one account asks so often in a minute", () =>
  withWorld(async (_world, ann, bob) => {
    const ask = () => ann.ask("/webimap/mailboxes");
    const answers = await Promise.all(Array.from({ length: 9 }, ask));
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(refused.length, 4);
    assert.equal(refused[0]?.json.error, "too many requests");
    assert.match(refused[0]?.headers.get("retry-after") ?? "", /^\d+$/);
    assert.equal((await bob.ask("/webimap/mailboxes")).status, 200);
  }, {
    config: "[webmail]\nwebimap = true\nrequests_per_minute = 5",
  }));

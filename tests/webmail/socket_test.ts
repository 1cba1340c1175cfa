/** WebIMAP over a WebSocket, against a real server. */
import assert from "node:assert/strict";
import { encryptedPayload } from "../harness/message.ts";
import { probe } from "../http/probe.ts";
import { Socket } from "./socket.ts";
import { PASSWORD, type User, withWorld } from "./world.ts";
import { happens } from "../harness/until.ts";

Deno.test("requests are answered under their ids, each as it came", () =>
  withWorld(async (_world, ann) => {
    const socket = await Socket.open(ann);
    for (const req_id of ["a", "", 7, 0, 1.5]) {
      socket.write(JSON.stringify({ req_id, action: "list_mailboxes" }));
      const frame = await socket.next();
      assert.equal(frame.req_id, req_id);
      assert.equal(frame.data[0].name, "INBOX");
    }
    socket.write('{"action":"list_mailboxes","data":{}}');
    assert.equal("req_id" in await socket.next(), false);
    socket.write('{"type":"ping"}');
    assert.deepEqual(await socket.next(), { action: "pong", data: {} });
    const octets = new TextEncoder().encode('{"type":"ping"}');
    socket.write(octets);
    assert.deepEqual(await socket.next(), { action: "pong", data: {} });
    for (const text of ["", "{", "[]", "null", "7", "{}", '{"action":7}']) {
      socket.write(text);
      assert.deepEqual(await socket.next(), {
        action: "error",
        data: "invalid JSON",
      });
    }
    socket.write(new Uint8Array([0xff, 0xfe]));
    assert.equal((await socket.next()).data, "invalid JSON");
    await socket.close();
  }));

Deno.test("each action does what it says, and refuses in the words that clients know", () =>
  withWorld(async (world, ann, bob) => {
    const socket = await Socket.open(bob);
    const sender = await Socket.open(ann);
    const body = world.message(ann.address);
    assert.deepEqual(await sender.result("send", { to: [bob.address], body }), {
      status: "sent",
    });
    const { action, data: pushed } = await socket.next();
    assert.equal(action, "new_message");
    assert.deepEqual([pushed.uid, pushed.seq_num, pushed.flags], [1, 1, []]);
    assert.deepEqual(await socket.result("list_messages"), [pushed]);
    const empty = await socket.result("list_messages", { since_uid: 1 });
    assert.deepEqual(empty, []);
    const detail = await socket.result("fetch", { uid: 1 });
    assert.deepEqual(detail, (await bob.ask("/webimap/message/1")).json);
    assert.deepEqual(
      await socket.result("fetch", { uid: 1, encoding: "base64" }),
      (await bob.ask("/webimap/message/1?encoding=base64")).json,
    );
    assert.deepEqual(
      await socket.result("flags", { uid: 1, flags: ["\\Seen"], op: "add" }),
      { status: "ok", flags: ["\\Seen"] },
    );
    for (const name of ["Work", "Work/Deep", "Папка"]) {
      assert.deepEqual(await socket.result("create_mailbox", { name }), {
        status: "created",
      });
    }
    const names = (await socket.result("list_mailboxes")).map(
      ({ name }: { name: string }) => name,
    );
    assert.deepEqual(names, ["INBOX", "Work", "Work/Deep", "Папка"]);
    assert.deepEqual(
      await socket.result("rename_mailbox", {
        old_name: "Папка",
        new_name: "Дом",
      }),
      { status: "renamed" },
    );
    assert.equal(
      (await socket.result("copy", { uid: 1, dest_mailbox: "Дом" })).status,
      "copied",
    );
    assert.equal(
      (await socket.result("move", {
        mailbox: "Дом",
        uid: 1,
        destination: "Work",
      })).status,
      "moved",
    );
    const imap = await bob.imap();
    await imap.expectOk("SELECT Work");
    assert.equal((await imap.fetch("1:*")).length, 1);
    imap.close();
    const found = await socket.result("search", { query: "ANN@chat" });
    assert.deepEqual(
      found.map(({ uid }: { uid: number }) => uid),
      [1],
    );
    assert.deepEqual(await socket.result("search", { query: "zebra" }), []);
    // what is encrypted is not looked through for what is around it
    const around = await socket.result("search", { query: "octet-stream" });
    assert.deepEqual(around, []);
    assert.deepEqual(await socket.result("delete", { uid: 1 }), {
      status: "deleted",
    });
    for (const name of ["Work/Deep", "Work", "Дом"]) {
      assert.deepEqual(await socket.result("delete_mailbox", { name }), {
        status: "deleted",
      });
    }
    const rows: [string, unknown, string | RegExp][] = [
      ["nothing", {}, "unknown action: nothing"],
      ["constructor", {}, "unknown action: constructor"],
      ["fetch", {}, /^invalid fetch payload: uid/],
      ["fetch", { uid: "1" }, /^invalid fetch payload: /],
      ["fetch", [], /^invalid fetch payload: /],
      ["fetch", { uid: 9 }, "message not found"],
      ["fetch", { uid: 9, mailbox: "No" }, "unknown mailbox"],
      ["list_messages", { since_uid: -1 }, /^invalid list_messages payload: /],
      ["list_messages", { mailbox: "../bob" }, "unknown mailbox"],
      ["flags", { op: "maybe" }, "invalid op: must be add, remove, or set"],
      ["flags", { uid: 9, op: "add", flags: [] }, "message not found"],
      ["delete", { uid: 9 }, "message not found"],
      ["send", {}, "missing recipients"],
      ["send", { to: [bob.address], body: "From: x\r\n\r\nhi" }, /./],
      ["search", {}, "empty query"],
      ["search", { query: "  " }, "empty query"],
      ["create_mailbox", {}, "missing mailbox name"],
      ["create_mailbox", { name: "inbox" }, "cannot create INBOX"],
      ["create_mailbox", { name: "a/../b" }, "invalid mailbox name"],
      ["create_mailbox", { name: "a//b" }, "invalid mailbox name"],
      ["create_mailbox", { name: "a\nb" }, "invalid mailbox name"],
      ["create_mailbox", { name: "x".repeat(201) }, "invalid mailbox name"],
      ["delete_mailbox", { name: "INBOX" }, "cannot delete INBOX"],
      ["delete_mailbox", { name: "No" }, "unknown mailbox"],
      [
        "rename_mailbox",
        { oldName: "INBOX", newName: "x" },
        "cannot rename INBOX",
      ],
      ["rename_mailbox", { old_name: "No", new_name: "x" }, "unknown mailbox"],
      ["copy", { uid: 1 }, "missing dest_mailbox"],
      ["copy", { uid: 9, dest_mailbox: "INBOX" }, "message not found"],
      ["move", { uid: 9, dest_mailbox: "No" }, "unknown mailbox"],
      ["subscribe", { events: ["all"] }, /^invalid subscribe payload: /],
    ];
    for (const [action, data, text] of rows) {
      const error = await socket.error(action, data);
      if (typeof text === "string") assert.equal(error, text);
      else assert.match(error, text);
    }
    await socket.result("create_mailbox", { name: "One" });
    await socket.result("create_mailbox", { name: "Two" });
    assert.equal(
      await socket.error("rename_mailbox", {
        old_name: "One",
        new_name: "Two",
      }),
      "mailbox already exists",
    );
    assert.match(
      await sender.error("send", {
        to: [bob.address],
        body: body.replace(/multipart\/encrypted[^]*/, "text/plain\r\n\r\nhi"),
      }),
      /^Encryption Needed/,
    );
    await world.server.command("settings", "set", "websmtp_enabled", "false");
    assert.equal(
      await sender.error("send", { to: [bob.address], body }),
      "send is not enabled",
    );
    await sender.close();
    await socket.close();
  }));

Deno.test("a body that contains a ping is a body", () =>
  withWorld(async (world, ann, bob) => {
    const socket = await Socket.open(ann);
    const body = world.message(ann.address).replace(
      "Subject: [...]",
      'Subject: {"type":"ping"}\r\nX-Ping: "type":"ping"',
    );
    assert.deepEqual(await socket.result("send", { to: [bob.address], body }), {
      status: "sent",
    });
    assert.equal((await bob.ask("/webimap/messages")).json.length, 1);
    await socket.close();
  }));

Deno.test("what comes is told once, in order, from where the client was", () =>
  withWorld(async (world, ann, bob) => {
    for (let i = 0; i < 3; i++) await ann.send(bob.address);
    const old = await Socket.open(bob);
    const late = await Socket.open(bob, { query: "since_uid=2" });
    const uids = async (socket: Socket, count: number) => {
      const seen: [number, number][] = [];
      while (seen.length < count) {
        const { action, data } = await socket.next();
        assert.equal(action, "new_message");
        seen.push([data.uid, data.seq_num]);
      }
      return seen;
    };
    assert.deepEqual(await uids(old, 3), [[1, 1], [2, 2], [3, 3]]);
    assert.deepEqual(await uids(late, 1), [[3, 3]]);
    await old.result("delete", { uid: 2 });
    await Promise.all(Array.from({ length: 5 }, () => ann.send(bob.address)));
    const more = [[4, 3], [5, 4], [6, 5], [7, 6], [8, 7]];
    assert.deepEqual(await uids(old, 5), more);
    assert.deepEqual(await uids(late, 5), more);
    assert.deepEqual(old.pending, []);
    assert.deepEqual(late.pending, []);

    // what nobody has subscribed to is not told
    await late.result("subscribe", { events: ["flags", "expunge"] });
    const imap = await bob.imap();
    await imap.expectOk("SELECT INBOX");
    await imap.expectOk("UID STORE 8 +FLAGS (\\Seen $Chat)");
    assert.deepEqual(await late.next(), {
      action: "flags_changed",
      data: { mailbox: "INBOX", uid: 8, flags: ["\\Seen", "$Chat"] },
    });
    await imap.expectOk("UID STORE 8 +FLAGS (\\Deleted)");
    assert.equal((await late.next()).action, "flags_changed");
    await imap.expectOk("EXPUNGE");
    assert.deepEqual(await late.next(), {
      action: "expunged",
      data: { mailbox: "INBOX", uid: 8 },
    });
    imap.close();
    await old.result("list_mailboxes");
    assert.deepEqual(old.pending, []);

    // another mailbox is watched like INBOX
    await old.result("create_mailbox", { name: "Box" });
    const box = await Socket.open(bob, { query: "mailbox=Box" });
    await old.result("copy", { uid: 7, dest_mailbox: "Box" });
    assert.deepEqual(await uids(box, 1), [[1, 1]]);
    await old.result("delete_mailbox", { name: "Box" });
    assert.equal((await box.next()).data, "unknown mailbox");
    assert.equal((await box.closed).code, 4404);
    await Promise.all([old.close(), late.close()]);
    await world.server.command("status");
  }));

Deno.test("hundreds of messages are told without a gap", () =>
  withWorld(async (_world, ann, bob) => {
    for (let round = 0; round < 13; round++) {
      const sent = await Promise.all(
        Array.from({ length: 20 }, () => ann.send(bob.address)),
      );
      for (const { status, text } of sent) assert.equal(status, 200, text);
    }
    const socket = await Socket.open(bob, { query: "since_uid=0" });
    for (let uid = 1; uid <= 260; uid++) {
      const { data } = await socket.next();
      assert.deepEqual([data.uid, data.seq_num], [uid, uid]);
    }
    await socket.close();
  }, {
    config:
      "[webmail]\nwebimap = true\nwebsmtp = true\nrequests_per_minute = 0",
  }));

Deno.test("8 MiB pass both ways", () =>
  withWorld(async (world, ann, bob) => {
    const socket = await Socket.open(ann);
    const reader = await Socket.open(bob);
    const payload = await encryptedPayload(6 * 1024 * 1024);
    const body = world.message(ann.address, payload);
    assert.ok(body.length > 8 * 1024 * 1024);
    await socket.result("send", { to: [bob.address], body });
    assert.equal((await reader.next()).data.uid, 1);
    const detail = await reader.result("fetch", { uid: 1 });
    assert.ok(detail.body.includes(payload));
    const again = world.message(ann.address, payload);
    assert.equal((await ann.send(bob.address, again)).status, 200);
    assert.ok(
      (await bob.ask("/webimap/message/2")).json.body.includes(payload),
    );
    await socket.close();
    await reader.close();
  }));

Deno.test("who is not let in learns it before there is a socket; a browser after", () =>
  withWorld(async (world, ann) => {
    const door = { port: world.server.ports.https, serverName: "localhost" };
    const target = (more: string) => `/webimap/ws?${more}`;
    const right = `email=${ann.address}&password=${PASSWORD}`;
    const ask = async (query: string, fields: readonly string[] = []) => {
      const text = await probe(door, {
        method: "GET",
        target: target(query),
        host: `localhost:${door.port}`,
        fields: [...HANDSHAKE, ...fields],
      });
      const [head = ""] = text.split("\r\n\r\n", 1);
      for (
        const field of [
          "cache-control: no-store",
          "x-content-type-options: nosniff",
          "referrer-policy: no-referrer",
        ]
      ) {
        assert.ok(head.split("\r\n").includes(field), `${query}: ${head}`);
      }
      return head.split(" ")[1] + " " +
        (/"error":"([^"]*)"/.exec(text)?.[1] ?? "");
    };
    assert.equal(
      await ask(`email=${ann.address}&password=wrong`),
      "401 invalid credentials",
    );
    assert.equal(await ask("email=x&password=y"), "400 invalid email address");
    assert.equal(await ask(""), "401 missing X-Email header");
    assert.equal(await ask("ticket=abc"), "401 invalid ticket");
    assert.equal(await ask(`${right}&mailbox=No`), "400 unknown mailbox");
    assert.equal(await ask(`${right}&since_uid=x`), "400 invalid since_uid");
    assert.equal(
      await ask(right, ["Origin: https://evil.example"]),
      "403 origin not allowed",
    );
    assert.equal(await ask(right, ["Origin: null"]), "403 origin not allowed");

    const browser = (password: string) =>
      Socket.open(ann, {
        password,
        headers: { origin: `https://localhost:${door.port}` },
      });
    const wrong = await browser("wrong");
    assert.deepEqual(await wrong.next(), {
      action: "error",
      data: "invalid credentials",
    });
    assert.equal((await wrong.closed).code, 4401);
    const good = await browser(PASSWORD);
    await good.result("list_mailboxes");
    await good.close();

    const basic = await Socket.open(ann, {
      headers: { authorization: `Basic ${btoa(`${ann.address}:${PASSWORD}`)}` },
    });
    await basic.result("list_mailboxes");
    await basic.close();
    const { ticket, expires_in } =
      (await ann.ask("/webimap/ticket", { method: "POST" })).json;
    assert.equal(expires_in, 60);
    const once = await Socket.open(ann, { ticket });
    await once.result("list_mailboxes");
    await once.close();
    await assert.rejects(Socket.open(ann, { ticket }));

    await world.server.command("settings", "set", "webimap_enabled", "false");
    assert.equal(await ask(right), "404 not found");
    const off = await browser(PASSWORD);
    assert.equal((await off.next()).data, "not found");
    assert.equal((await off.closed).code, 4404);
    const plain = await ann.ask("/webimap/ws");
    assert.equal(plain.status, 404);
    await world.server.command("settings", "set", "webimap_enabled", "true");
    assert.equal((await ann.ask("/webimap/ws")).status, 426);
    const posted = await ann.ask("/webimap/ws", { method: "POST" });
    assert.equal(posted.status, 405);
    assert.equal(posted.headers.get("allow"), "HEAD, GET, OPTIONS");
  }));

const HANDSHAKE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

Deno.test("a password in the URL is not read where that is switched off", () =>
  withWorld(async (_world, ann) => {
    await assert.rejects(Socket.open(ann));
    const headers = {
      authorization: `Basic ${btoa(`${ann.address}:${PASSWORD}`)}`,
    };
    const socket = await Socket.open(ann, { headers });
    await socket.close();
  }, {
    config: "[webmail]\nwebimap = true\nallow_query_password = false",
  }));

const ENDS: readonly [string, (ann: User) => Promise<unknown>, number][] = [
  [
    "a block",
    ({ world, address }) => world.server.command("blocklist", "add", address),
    4401,
  ],
  [
    "another password",
    ({ world, address }) =>
      world.server.command(
        "accounts",
        "password",
        address,
        "--password",
        "another-long-password",
      ),
    4401,
  ],
  [
    "deletion",
    ({ world, address }) =>
      world.server.command("accounts", "delete", address, "--yes"),
    4401,
  ],
  [
    "being switched off",
    ({ world }) =>
      world.server.command("settings", "set", "webimap_enabled", "false"),
    4404,
  ],
];
for (const [name, end, code] of ENDS) {
  Deno.test(`${name} ends open sockets`, () =>
    withWorld(async (_world, ann, bob) => {
      const mine = await Socket.open(ann);
      const other = await Socket.open(bob);
      await end(ann);
      assert.deepEqual(await mine.next(), {
        action: "error",
        data: "session revoked",
      });
      assert.equal((await mine.closed).code, code);
      if (code === 4401) {
        await other.result("list_mailboxes");
        await other.close();
      }
      await assert.rejects(Socket.open(ann));
    }));
}

Deno.test("the server says that it starts again", () =>
  withWorld(async (world, ann) => {
    const socket = await Socket.open(ann);
    await Promise.all([
      world.server.end("SIGTERM"),
      socket.closed.then(({ code }) => assert.equal(code, 1012)),
    ]);
  }));

/** As soon as the server has seen that others are gone. */
async function opened(user: User): Promise<Socket> {
  let socket: Socket | undefined;
  await happens(async () => {
    socket = await Socket.open(user).catch(() => undefined);
    return socket !== undefined;
  });
  return socket!;
}

Deno.test("sockets, requests at once and requests in a minute are limited", () =>
  withWorld(async (world, ann) => {
    const sockets = [];
    for (let i = 0; i < 8; i++) sockets.push(await Socket.open(ann));
    await assert.rejects(Socket.open(ann));
    const browser = await Socket.open(ann, {
      headers: { origin: ann.world.base },
    });
    assert.equal((await browser.next()).data, "too many connections");
    assert.equal((await browser.closed).code, 4429);
    const [first, ...others] = sockets;
    const body = JSON.stringify(world.message(ann.address));
    const data = `{"to":["${ann.address}"],"body":${body}}`;
    const asked = 200;
    for (let i = 0; i < asked; i++) {
      first!.write(`{"req_id":${i},"action":"send","data":${data}}`);
    }
    let refused = 0;
    for (let answers = 0; answers < asked;) {
      const { action, data } = await first!.next();
      if (action === "new_message") continue;
      answers++;
      if (action !== "error") continue;
      assert.equal(data, "too many requests");
      refused++;
    }
    assert.ok(refused > 0 && refused < asked, String(refused));
    await Promise.all(others.map((socket) => socket.close()));
    await first!.close();
    await (await opened(ann)).close();
  }, { config: "[webmail]\nwebimap = true\nwebsmtp = true" }));

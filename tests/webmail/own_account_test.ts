/** What people do with their own accounts over HTTP, and how clients find it. */
import assert from "node:assert/strict";
import { Socket } from "./socket.ts";
import { assertFault, PASSWORD, type User, withWorld } from "./world.ts";

const post = (
  user: User,
  path: string,
  body: unknown = {},
  password = PASSWORD,
) =>
  user.ask(path, {
    method: "POST",
    body,
    as: { address: user.address, password },
  });

Deno.test("a password is changed by who knows it, and ends other sessions", () =>
  withWorld(async (_world, ann) => {
    const change = (current: unknown, next: unknown, password = PASSWORD) =>
      post(ann, "/webimap/password", {
        current_password: current,
        new_password: next,
      }, password);
    const socket = await Socket.open(ann);
    assertFault(
      await change("", "another-password"),
      400,
      "missing current_password",
    );
    assertFault(await change(PASSWORD, ""), 400, "missing new_password");
    assertFault(
      await change("wrong", "another-password"),
      401,
      "invalid credentials",
    );
    assertFault(await change(PASSWORD, "short"), 400, /too short|at least/i);
    assertFault(await change(7, "another-password"), 400, /^invalid JSON: /);
    assert.deepEqual((await change(PASSWORD, "another-password")).json, {
      status: "changed",
    });
    assert.equal((await socket.closed).code, 4401);
    assert.equal((await ann.ask("/webimap/mailboxes")).status, 401);
    const back = await change("another-password", PASSWORD, "another-password");
    assert.equal(back.status, 200);
    assert.equal((await ann.ask("/webimap/mailboxes")).status, 200);
    let answer = back;
    for (let i = 0; i < 10 && answer.status !== 429; i++) {
      answer = await change(PASSWORD, "x", PASSWORD);
    }
    assertFault(answer, 429, "too many requests");
  }));

Deno.test("an account is deleted by who knows its password, with all it holds", () =>
  withWorld(async (world, ann, bob) => {
    await ann.send([bob.address, ann.address]);
    const path = "/webimap/delete-account";
    assertFault(await post(ann, path), 400, "missing current_password");
    assertFault(
      await post(ann, path, { current_password: "wrong" }),
      401,
      "invalid credentials",
    );
    const gone = await post(ann, path, { current_password: PASSWORD });
    assert.deepEqual(gone.json, { status: "deleted" });
    assertFault(
      await ann.ask("/webimap/mailboxes"),
      401,
      "invalid credentials",
    );
    await assert.rejects(ann.imap());
    const blocked = await world.server.command("blocklist", "list", "--json");
    assert.ok(blocked.includes(ann.address));
    assert.equal((await bob.ask("/webimap/mailboxes")).status, 200);
  }));

Deno.test("each account invites so many people in a month", () =>
  withWorld(async (world, ann, bob) => {
    const path = "/webimap/invites";
    assertFault(await post(ann, path), 403, "invitations are switched off");
    await world.server.command(
      "settings",
      "set",
      "user_invites_per_month",
      "2",
    );
    await world.server.command(
      "settings",
      "set",
      "registration_token_required",
      "true",
    );
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post(ann, path)),
    );
    const made = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    assert.deepEqual([made.length, refused.length], [2, 3]);
    assert.ok(Number(refused[0]?.headers.get("retry-after")) > 0);
    assert.deepEqual(made.map(({ json }) => json.left).sort(), [0, 1]);
    const { token, url, expires_at } = made[0]!.json;
    assert.ok(url.endsWith(`/inv/${token}`), url);
    assert.ok(Date.parse(expires_at) > Date.now());
    const signUp = () =>
      bob.ask(`/new?token=${token}`, { method: "POST", as: null });
    assert.equal((await signUp()).status, 200);
    assert.equal((await signUp()).status, 403);
    await world.server.end("SIGTERM");
    await world.server.run();
    assert.equal((await post(ann, path)).status, 429, "counted over restarts");
    assert.equal((await post(bob, path)).status, 200);
  }));

Deno.test("clients find out where mail is, while it is", () =>
  withWorld(async (world, ann) => {
    const path = "/.well-known/webimap.json";
    const entry = "/shared/vendor/postern/webimap";
    const found = await ann.ask(path, { as: null });
    const at = `https://localhost:${world.server.ports.https}`;
    assert.deepEqual(found.json, {
      webimap: `${at}/webimap`,
      websocket: `${at.replace("https", "wss")}/webimap/ws`,
      websmtp: `${at}/websmtp`,
    });
    const imap = await ann.imap();
    const asked = async () => {
      const { untagged } = await imap.expectOk(`GETMETADATA "" (${entry})`);
      const [response] = untagged;
      const [literal] = response?.literals ?? [];
      return literal ? new TextDecoder().decode(literal) : response?.text;
    };
    assert.match(String(await asked()), /\/webimap"/);
    await world.server.command("websmtp", "disable");
    assert.equal("websmtp" in (await ann.ask(path)).json, false);
    await world.server.command("webimap", "disable");
    assert.equal((await ann.ask(path)).status, 404);
    assert.match(String(await asked()), /NIL\)$/);
    imap.close();
  }));

Deno.test("pages of listed origins may create accounts, others not", () =>
  withWorld(async (world, ann) => {
    const signUp = (headers: Record<string, string>, method = "POST") =>
      ann.ask("/new", { method, headers, as: null });
    const foreign = { origin: "https://app.example" };
    const refused = await signUp(foreign);
    assert.equal(refused.status, 403);
    assert.equal(refused.json.code, "origin_not_allowed");
    assert.equal((await signUp(foreign, "OPTIONS")).status, 403);
    assert.equal((await signUp({})).status, 200);
    await world.server.command("webmail-cors", "add", "https://app.example");
    const made = await signUp({ ...foreign, "sec-fetch-site": "cross-site" });
    assert.equal(made.status, 200, made.text);
    assert.equal(
      made.headers.get("access-control-allow-origin"),
      "https://app.example",
    );
    const asked = await signUp(foreign, "OPTIONS");
    assert.equal(asked.status, 204);
    assert.match(
      asked.headers.get("access-control-allow-methods") ?? "",
      /POST/,
    );
    assert.equal((await signUp({ origin: "null" })).status, 403);
  }));

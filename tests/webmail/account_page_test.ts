/** The page on which people change or delete their account, as a browser without scripts sends it. */
import assert from "node:assert/strict";
import { type Answer, PASSWORD, type User, withWorld } from "./world.ts";

const NEXT = "another-long-password";

function submit(
  user: User,
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return user.ask("/account", {
    method: "POST",
    as: null,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      accept: "text/html",
      "sec-fetch-site": "same-origin",
      ...headers,
    },
    body: new URLSearchParams(fields).toString(),
  });
}

const problem = ({ text }: Answer) =>
  /role="alert">([^<]*)</.exec(text)?.[1] ?? "";

Deno.test("an account is changed and deleted on its page, in all languages", () =>
  withWorld(async (_world, ann, bob) => {
    for (
      const [language, title] of [
        ["en", "My account"],
        ["fa", "حساب من"],
        ["ru", "Моя учётная запись"],
        ["es", "Mi cuenta"],
      ] as const
    ) {
      const page = await ann.ask("/account", {
        as: null,
        headers: { "accept-language": language, accept: "text/html" },
      });
      assert.equal(page.status, 200);
      assert.ok(page.text.includes(`<h1>${title}</h1>`), page.text);
      assert.match(page.text, new RegExp(`<html lang="${language}"`));
      assert.equal(page.headers.get("cache-control"), "no-store");
    }
    const change = {
      address: ann.address,
      password: PASSWORD,
      new_password: NEXT,
      action: "password",
    };
    const foreign = await submit(ann, change, {
      "sec-fetch-site": "cross-site",
    });
    assert.equal(foreign.status, 403);
    const wrong = await submit(ann, { ...change, password: "wrong" });
    assert.deepEqual([wrong.status, problem(wrong)], [
      401,
      "The address or the password is wrong.",
    ]);
    const inRussian = await submit(ann, { ...change, password: "wrong" }, {
      "accept-language": "ru",
    });
    assert.equal(problem(inRussian), "Неверный адрес или пароль.");
    const short = await submit(ann, { ...change, new_password: "short" });
    assert.equal(short.status, 400);
    assert.match(problem(short), /at least 9/);
    assert.ok(!short.text.includes(PASSWORD), "no password is shown again");
    const markup = await submit(ann, { ...change, address: '"><script>' });
    assert.equal(markup.status, 401);
    assert.ok(!markup.text.includes('<script>"'));
    assert.equal((await submit(ann, { action: "password" })).status, 401);
    const changed = await submit(ann, change);
    assert.equal(changed.status, 200);
    assert.match(changed.text, /role="status">The password has been changed\./);
    assert.equal((await ann.ask("/webimap/mailboxes")).status, 401);

    const remove = {
      address: bob.address,
      password: PASSWORD,
      action: "delete",
    };
    assert.equal((await submit(bob, remove)).status, 400);
    const removed = await submit(bob, { ...remove, sure: "yes" });
    assert.match(removed.text, /role="status">The account has been deleted\./);
    assert.equal((await bob.ask("/webimap/mailboxes")).status, 401);
    assert.equal((await submit(bob, { ...remove, sure: "yes" })).status, 401);
    const large = await submit(bob, { address: "x".repeat(5000) });
    assert.equal(large.status, 413);
    const parts = await submit(bob, change, {
      "content-type": "multipart/form-data; boundary=x",
    });
    assert.equal(parts.status, 415);
    assert.equal(
      (await ann.ask("/account", { method: "PUT", as: null })).status,
      405,
    );
  }));

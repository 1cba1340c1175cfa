import assert from "node:assert/strict";
import { type Ask, ask, FORM, post } from "../../../tests/harness/test_site.ts";
import {
  CONTACT,
  GROUP,
  testShares,
} from "../../../tests/harness/test_shares.ts";
import type { Shares } from "../../sharing/shares.ts";

/** Somebody has made `/ann`, and fills in the form. */
async function owner() {
  const { shares } = await testShares();
  const { editKey } = await shares.create({ url: CONTACT, slug: "ann" });
  const given: Ask & { readonly sharing: { readonly shares: Shares } } = {
    sharing: { shares, isOn: () => true, perTenMinutes: () => 5 },
  };
  const { visit } = await ask("/", {}, given);
  const send = (
    fields: Record<string, string>,
    { path = "/share/edit", headers = FORM as Record<string, string> } = {},
  ) =>
    visit(
      path,
      post(
        `${new URLSearchParams({ slug: "ann", key: editKey, ...fields })}`,
        headers,
      ),
    );
  return { shares, editKey, given, visit, send };
}

Deno.test("who made a link is led to the page that changes it", async () => {
  const { given, visit } = await owner();
  assert.match((await visit("/share")).text, /href="\/share\/edit"/);
  assert.match((await visit("/ann")).text, /href="\/share\/edit\?slug=ann"/);
  const made = await ask(
    "/share",
    post(`${new URLSearchParams({ url: GROUP, slug: "bikes" })}`, FORM),
    given,
  );
  assert.match(made.text, /href="\/share\/edit\?slug=bikes"/);
  const form = await visit("/share/edit?slug=bikes");
  assert.equal(form.response.status, 200);
  assert.equal(form.response.headers.get("cache-control"), "no-store");
  assert.match(form.response.headers.get("x-robots-tag")!, /noindex/);
  assert.match(form.text, /name="slug" value="bikes"/);
  const odd = await visit("/share/edit?slug=%22%3E%3Cscript%3E");
  assert.match(odd.text, /name="slug" value dir/);
});

Deno.test("a link is changed by the form: the contact, the name, or both", async () => {
  const { shares, send } = await owner();
  const renamed = await send({ name: "Annie" });
  assert.equal(renamed.response.status, 200);
  assert.match(renamed.text, /role="status"/);
  assert.match(renamed.text, /href="https:\/\/relay\.example\/ann"/);
  assert.equal(shares.shown("ann")!.name, "Annie");
  assert.equal(shares.shown("ann")!.kind, "contact");
  await send({ url: GROUP, slug: "https://relay.example/ANN" });
  assert.equal(shares.shown("ann")!.kind, "group");
  assert.equal(shares.shown("ann")!.name, "Annie");
});

Deno.test("a link is deleted by the form, once that is confirmed", async () => {
  const { shares, send } = await owner();
  const unsure = await send({ action: "delete" });
  assert.equal(unsure.response.status, 409);
  assert.ok(shares.shown("ann"));
  const sure = await send({ action: "delete", sure: "yes" });
  assert.equal(sure.response.status, 200);
  assert.match(sure.text, /has been deleted/);
  assert.equal(shares.shown("ann"), undefined);
  assert.equal((await send({ name: "x" })).response.status, 404);
});

for (
  const [what, fields, headers, status, text] of [
    ["a wrong key", { key: "0", name: "x" }, {}, 403, /not the key/],
    ["no key", { key: "", name: "x" }, {}, 403, /not the key/],
    ["an unknown ending", { slug: "nobody" }, {}, 404, /no short link/],
    ["an ending that is none", { slug: "<a>" }, {}, 404, /no short link/],
    ["nothing to change", {}, {}, 400, /Enter a new/],
    ["a link that is none", { url: "x" }, {}, 400, /not an invite link/],
    [
      "the form of another site",
      { name: "x" },
      { "sec-fetch-site": "cross-site" },
      403,
      /may not do that/,
    ],
    [
      "several parts",
      { name: "x" },
      { "content-type": "multipart/form-data; boundary=x" },
      415,
      /not understood/,
    ],
    ["too much", { name: "x".repeat(17_000) }, {}, 413, /too large/],
  ] as const
) {
  Deno.test(`the form that changes a link refuses ${what}`, async () => {
    const { shares, send } = await owner();
    const before = shares.shown("ann");
    const { response, text: shown } = await send(fields, {
      headers: { ...FORM, ...headers },
    });
    assert.equal(response.status, status);
    assert.match(/role="alert">([^<]*)/.exec(shown)![1]!, text);
    assert.deepEqual(shares.shown("ann"), before);
  });
}

for (const language of ["fa", "ru", "es"]) {
  Deno.test(`the form that changes a link refuses in the language ${language}`, async () => {
    const { send } = await owner();
    for (const fields of [{ key: "0" }, { slug: "nobody" }, {}]) {
      const path = `/share/edit?lang=${language}`;
      const { text } = await send(fields, { path });
      assert.doesNotMatch(
        /role="alert">([^<]*)/.exec(text)![1]!,
        /[a-z] the |key/,
      );
    }
  });
}

Deno.test("a refused form keeps what was typed, as text", async () => {
  const { send } = await owner();
  const { text } = await send({ url: `"><b>`, name: "A&B", key: "<i>" });
  assert.match(text, /value="&quot;>&lt;b>"/);
  assert.match(text, /value="A&amp;B"/);
  assert.match(text, /value="&lt;i>"/);
  assert.doesNotMatch(text, /<b>|<i>/);
});

Deno.test("wrong keys of the form and of programs count together", async () => {
  const { visit, send, editKey } = await owner();
  for (let at = 0; at < 10; at++) await send({ key: `${at}`, name: "x" });
  const { response } = await send({ name: "x" });
  assert.equal(response.status, 429);
  assert.ok(Number(response.headers.get("retry-after")) > 0);
  const headers = { "x-edit-key": editKey, accept: "application/json" };
  const byProgram = await visit("/ann", post("{}", headers));
  assert.equal(byProgram.response.status, 429);
});

Deno.test("the form that changes a link refuses what comes in clear", async () => {
  const { given, editKey, shares } = await owner();
  const { response } = await ask(
    "/share/edit",
    post(`slug=ann&name=x&key=${editKey}`, FORM),
    { ...given, peer: { address: "192.0.2.1", secure: false } },
  );
  assert.equal(response.status, 403);
  assert.notEqual(shares.shown("ann")!.name, "x");
});

Deno.test("the page that changes a link says which methods it has, and is gone where contacts are not shared", async () => {
  const { given, visit, shares } = await owner();
  const { response } = await visit("/share/edit", { method: "PUT" });
  assert.equal(response.status, 405);
  assert.equal(response.headers.get("allow"), "GET, HEAD, POST");
  const off = {
    ...given,
    sharing: { shares, isOn: () => false, perTenMinutes: () => 5 },
  };
  for (const method of ["GET", "POST", "PUT"]) {
    const { response } = await ask("/share/edit", { method }, off);
    assert.equal(response.status, 404, method);
  }
});

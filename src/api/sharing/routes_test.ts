import assert from "node:assert/strict";
import {
  type Ask,
  ask,
  FACTS,
  FORM,
  post,
} from "../../../tests/harness/test_site.ts";
import {
  CONTACT,
  GROUP,
  testShares,
} from "../../../tests/harness/test_shares.ts";
import type { SharingBackend } from "./backend.ts";

const JSON_FIELDS = {
  accept: "application/json",
  "content-type": "application/json",
};

async function sharing(): Promise<Ask & { readonly sharing: SharingBackend }> {
  const { shares } = await testShares();
  return { sharing: { shares, isOn: () => true, perTenMinutes: () => 5 } };
}

function wish(fields: Record<string, string>): string {
  return JSON.stringify({ url: CONTACT, ...fields });
}

Deno.test("a contact is shared by the form", async () => {
  const given = await sharing();
  const form = await ask("/share", {}, given);
  assert.match(form.text, /<form method="post" action="\/share">/);
  const body = new URLSearchParams({ url: CONTACT, name: "", slug: "ann" });
  const { response, text, visit } = await ask(
    "/share",
    post(`${body}`, FORM),
    given,
  );
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.match(text, /https:\/\/relay\.example\/ann/);
  const key = /<code dir="ltr">([0-9a-f]{32})<\/code>/.exec(text)![1]!;
  assert.ok(given.sharing.shares.isOwner("ann", key));
  const { text: page, response: seen } = await visit("/ANN");
  assert.equal(seen.status, 200);
  assert.match(page, /Ann B\. is on Delta Chat/);
  assert.match(page, /href="openpgp4fpr:0123456789ABCDEF/);
  assert.match(page, /href="https:\/\/i\.delta\.chat\/#0123456789ABCDEF/);
  assert.doesNotMatch(page, new RegExp(key));
  assert.match(seen.headers.get("x-robots-tag")!, /noindex/);
});

Deno.test("a contact is shared, changed and removed by JSON", async () => {
  const given = await sharing();
  const { response, text, visit } = await ask(
    "/share",
    post(wish({ slug: "Ann", name: "Annie" }), JSON_FIELDS),
    given,
  );
  assert.equal(response.status, 201);
  const made = JSON.parse(text);
  assert.equal(made.link, "https://relay.example/Ann");
  assert.equal(made.name, "Annie");
  const edit = (key: string, body: string, method = "POST") =>
    visit("/ann", {
      method,
      headers: { ...JSON_FIELDS, "x-edit-key": key },
      ...(method === "POST" ? { body } : {}),
    });
  const wrong = await edit("0".repeat(32), "{}");
  assert.equal(wrong.response.status, 403);
  assert.equal(JSON.parse(wrong.text).code, "edit_key_wrong");
  const changed = await edit(made.edit_key, JSON.stringify({ url: GROUP }));
  assert.equal(changed.response.status, 200);
  assert.equal(JSON.parse(changed.text).kind, "group");
  const bad = await edit(made.edit_key, '{"url":"x"}');
  assert.equal(bad.response.status, 400);
  const seen = await visit("/ann", { headers: { accept: "application/json" } });
  assert.deepEqual(Object.keys(JSON.parse(seen.text)), [
    "slug",
    "name",
    "kind",
    "openpgp4fpr",
    "invite_link",
  ]);
  assert.equal((await edit(made.edit_key, "", "DELETE")).response.status, 204);
  assert.equal((await visit("/ann")).response.status, 404);
  assert.equal((await edit(made.edit_key, "{}")).response.status, 404);
});

Deno.test("a name is text, whatever is in it", async () => {
  const given = await sharing();
  const name = `"><script>alert(1)</script>{{ 7*7 }}`;
  await ask("/share", post(wish({ slug: "ann", name }), JSON_FIELDS), given);
  await ask(
    "/share",
    post(wish({ slug: "bike", url: GROUP }), JSON_FIELDS),
    given,
  );
  for (const path of ["/ann", "/bike", "/ann?lang=fa"]) {
    const { text } = await ask(path, {}, given);
    assert.equal(text.match(/<script/g)!.length, 1, path);
    assert.doesNotMatch(text, /<club|>49/);
  }
});

Deno.test("POST /share refuses what comes in clear", async () => {
  const given = await sharing();
  const { response, text } = await ask(
    "/share",
    post(wish({}), JSON_FIELDS),
    { ...given, peer: { address: "192.0.2.1", secure: false } },
  );
  assert.equal(response.status, 403);
  assert.equal(JSON.parse(text).code, "https_required");
});

for (
  const [name, init, status, code] of [
    [
      "a link that is none",
      post('{"url":"https://evil.example"}', JSON_FIELDS),
      400,
      "invalid_invite",
    ],
    ["no link", post("{}", JSON_FIELDS), 400, "invalid_invite"],
    [
      "a short ending",
      post(wish({ slug: "a" }), JSON_FIELDS),
      400,
      "slug_too_short",
    ],
    [
      "a short ending in JSON whose type is in capitals",
      post(wish({ slug: "a" }), {
        ...JSON_FIELDS,
        "content-type": "Application/JSON",
      }),
      400,
      "slug_too_short",
    ],
    [
      "a reserved ending",
      post(wish({ slug: "Admin" }), JSON_FIELDS),
      400,
      "slug_reserved",
    ],
    [
      "a taken ending",
      post(wish({ slug: "TAKEN" }), JSON_FIELDS),
      409,
      "slug_taken",
    ],
    ["JSON that cannot be read", post("{", JSON_FIELDS), 400, "bad_request"],
    [
      "fields that are no text",
      post('{"url":7}', JSON_FIELDS),
      400,
      "bad_request",
    ],
    [
      "a form of several parts",
      post('--x\r\ncontent-disposition: form-data; name="url"\r\n\r\n', {
        ...JSON_FIELDS,
        "content-type": "multipart/form-data; boundary=x",
      }),
      415,
      "unsupported_media_type",
    ],
    [
      "too large a body",
      post("x".repeat(16_385), JSON_FIELDS),
      413,
      "too_large",
    ],
    [
      "another site's form",
      post(wish({}), { ...JSON_FIELDS, origin: "https://evil.example" }),
      403,
      "origin_not_allowed",
    ],
    [
      "another site's script",
      post(wish({}), { ...JSON_FIELDS, "sec-fetch-site": "cross-site" }),
      403,
      "origin_not_allowed",
    ],
  ] as const
) {
  Deno.test(`POST /share refuses ${name}`, async () => {
    const given = await sharing();
    await given.sharing.shares.create({ url: GROUP, slug: "taken" });
    const { response, text } = await ask("/share", init, given);
    assert.equal(response.status, status);
    assert.equal(JSON.parse(text).code, code);
    assert.equal(given.sharing.shares.size, 1);
  });
}

Deno.test("the form says what is wrong, and keeps what was typed", async () => {
  const given = await sharing();
  const body = new URLSearchParams({
    url: "no <link>",
    name: "A&B",
    slug: "a",
  });
  const { response, text } = await ask(
    "/share?lang=ru",
    post(`${body}`, FORM),
    given,
  );
  assert.equal(response.status, 400);
  assert.match(text, /role="alert">Это не ссылка-приглашение/);
  assert.match(text, /value="no &lt;link>"/);
  assert.match(text, /value="A&amp;B"/);
});

Deno.test("one address makes so many links, and tries so many keys", async () => {
  const given = await sharing();
  const { visit } = await ask("/", {}, given);
  const statuses: number[] = [];
  for (let at = 0; at < 6; at++) {
    const init = post(wish({ slug: `ann${at}` }), JSON_FIELDS);
    statuses.push((await visit("/share", init)).response.status);
  }
  assert.deepEqual(statuses, [201, 201, 201, 201, 201, 429]);
  const keys: number[] = [];
  for (let at = 0; at < 11; at++) {
    const headers = { ...JSON_FIELDS, "x-edit-key": `${at}` };
    keys.push((await visit("/ann1", post("{}", headers))).response.status);
  }
  assert.deepEqual(keys, [...Array(10).fill(403), 429]);
});

Deno.test("of requests for one ending at once one is answered 201", async () => {
  const given = {
    sharing: { ...(await sharing()).sharing, perTenMinutes: () => 0 },
  };
  const { visit } = await ask("/", {}, given);
  const statuses = await Promise.all(
    Array.from(
      { length: 20 },
      async () =>
        (await visit("/share", post(wish({ slug: "race" }), JSON_FIELDS)))
          .response.status,
    ),
  );
  assert.deepEqual(statuses.toSorted(), [201, ...Array(19).fill(409)]);
});

Deno.test("while contacts are not shared there is nothing", async () => {
  const { shares } = await testShares();
  await shares.create({ url: CONTACT, slug: "ann" });
  const given: Ask = {
    sharing: { shares, isOn: () => false, perTenMinutes: () => 5 },
    facts: { ...FACTS, web: { ...FACTS.web, sharing: false } },
  };
  for (const path of ["/ann", "/share", "/qr/ann.svg"]) {
    assert.equal((await ask(path, {}, given)).response.status, 404, path);
  }
  const made = await ask("/share", post(wish({}), JSON_FIELDS), given);
  assert.equal(made.response.status, 404);
  assert.doesNotMatch((await ask("/", {}, given)).text, /href="\/share"/);
});

Deno.test("an ending that nobody has, or that is reserved, is not found", async () => {
  const given = await sharing();
  await given.sharing.shares.reserve("blocked");
  for (const path of ["/nobody", "/blocked", "/a.b", "/a%2fb"]) {
    assert.equal((await ask(path, {}, given)).response.status, 404, path);
  }
});

Deno.test("a link answers other methods with what is allowed", async () => {
  const given = await sharing();
  await given.sharing.shares.create({ url: CONTACT, slug: "ann" });
  const { response } = await ask("/ann", { method: "PUT" }, given);
  assert.equal(response.status, 405);
  assert.equal(response.headers.get("allow"), "GET, HEAD, POST, DELETE");
});

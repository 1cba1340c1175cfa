import assert from "node:assert/strict";
import { ask, FACTS, SELF_SIGNED } from "../../../tests/harness/test_site.ts";

const ON = { facts: { ...FACTS, web: { ...FACTS.web, webClient: true } } };
const PATHS = ["/app", "/app/manifest.webmanifest", "/app/worker.js"];
const OTHER_PATHS = ["/app/", "/webmail", "/mail"];

for (const path of [...PATHS, ...OTHER_PATHS]) {
  Deno.test(`there is no ${path} while it is off`, async () => {
    for (const method of ["GET", "HEAD", "POST"]) {
      const { response } = await ask(path, { method });
      assert.equal(response.status, 404, method);
    }
  });
  Deno.test(`${path} says which methods it has, and is in no index`, async () => {
    const { response } = await ask(path, { method: "POST" }, ON);
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "GET, HEAD");
    const robots = response.headers.get("x-robots-tag");
    assert.equal(robots, "noindex, nofollow");
  });
  Deno.test(`${path} is shown over HTTPS alone`, async () => {
    const { response } = await ask(path, {}, {
      ...ON,
      facts: { ...SELF_SIGNED, web: ON.facts.web },
      peer: { address: "192.0.2.1", secure: false },
    });
    assert.equal(response.status, 403);
  });
}

for (const path of PATHS) {
  Deno.test(`HEAD ${path} is GET without a body`, async () => {
    const got = await ask(path, {}, ON);
    const head = await ask(path, { method: "HEAD" }, ON);
    assert.equal(got.response.status, 200);
    assert.ok(got.response.headers.get("etag"));
    assert.equal(got.response.headers.get("cache-control"), "no-cache");
    assert.notEqual(got.text, "");
    assert.equal(head.text, "");
    assert.deepEqual([...head.response.headers], [...got.response.headers]);
  });
}

for (const path of OTHER_PATHS) {
  Deno.test(`${path} leads to /app`, async () => {
    const { response } = await ask(path, {}, ON);
    assert.equal(response.status, 308);
    assert.equal(response.headers.get("location"), "/app");
  });
}

Deno.test("a fresh account is told of the browser client, and where it ends", async () => {
  const form = {
    method: "POST",
    headers: {
      accept: "text/html",
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
    },
    body: "",
  };
  const shown = async (given: Parameters<typeof ask>[2]) => {
    const { response, visit } = await ask("/new", form, given);
    assert.equal(response.status, 303);
    const place = response.headers.get("location")!;
    const { text } = await visit(
      new URL(place, "https://relay.example").pathname,
      {
        headers: { accept: "text/html" },
      },
    );
    return /<main[^]*<\/main>/.exec(text)![0];
  };
  const withClient = await shown(ON);
  assert.match(withClient, /href="\/app" target="_blank" rel="noreferrer"/);
  assert.match(withClient, /href="\/account" target="_blank" rel="noreferrer"/);
  const without = await shown({});
  assert.doesNotMatch(without, /href="\/app"/);
  assert.match(without, /href="\/account"/);
});

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
  Deno.test(`HEAD ${path} is answered as GET`, async () => {
    const got = await ask(path, {}, ON);
    const head = await ask(path, { method: "HEAD" }, ON);
    assert.equal(got.response.status, 200);
    assert.ok(got.response.headers.get("etag"));
    assert.equal(got.response.headers.get("cache-control"), "no-cache");
    assert.notEqual(got.text, "");
    assert.equal(head.text, got.text); // the server leaves the body out
    assert.deepEqual([...head.response.headers], [...got.response.headers]);
  });
}

/** Width and height, by the first chunk. */
function sizeOfPng(octets: Uint8Array): string {
  const view = new DataView(octets.buffer, octets.byteOffset);
  return `${view.getUint32(16)}x${view.getUint32(20)}`;
}

Deno.test("who installs /app has an icon, whatever the launcher takes", async () => {
  const { text } = await ask("/app/manifest.webmanifest", {}, ON);
  const { icons } = JSON.parse(text) as {
    icons: { src: string; sizes: string; type: string; purpose?: string }[];
  };
  const { text: page } = await ask("/app", {}, ON);
  const [, apple = ""] = /rel="apple-touch-icon" href="([^"]+)"/.exec(page)!;
  const pictures = [...icons, {
    src: apple,
    sizes: "180x180",
    type: "image/png",
  }];
  assert.deepEqual(icons.map(({ sizes, purpose }) => purpose ?? sizes), [
    "any",
    "192x192",
    "512x512",
    "maskable",
  ]);
  for (const { src, type } of pictures) {
    const { response } = await ask(src, {}, ON);
    assert.equal(response.status, 200, src);
    assert.equal(response.headers.get("content-type"), type, src);
    assert.match(response.headers.get("cache-control")!, /immutable/);
    assert.ok(response.headers.get("etag"));
    const off = await ask(src);
    assert.equal(off.response.status, 404, src);
  }
  const builtOf = (src: string) =>
    Deno.readFile(
      new URL(
        `../../../build/web/${src.replace(/^.*\//, "")}`,
        import.meta.url,
      ),
    );
  for (const { src, sizes, type } of pictures) {
    if (type === "image/png") {
      assert.equal(sizeOfPng(await builtOf(src)), sizes);
    }
  }
});

for (const path of OTHER_PATHS) {
  Deno.test(`${path} leads to /app`, async () => {
    const { response } = await ask(path, {}, ON);
    assert.equal(response.status, 308);
    assert.equal(response.headers.get("location"), "/app");
  });
}

Deno.test("the policy of /app names no host but ours", async () => {
  const policy = async (host: string) => {
    const { response } = await ask("/app", {}, { ...ON, host });
    return response.headers.get("content-security-policy")!;
  };
  assert.match(await policy("relay.example"), / wss:\/\/relay\.example;/);
  for (const host of ["evil.example", "a;script-src"]) {
    const text = await policy(host);
    assert.match(text, /connect-src 'self';/);
    assert.doesNotMatch(text, /wss:|evil|a;script/);
  }
});

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

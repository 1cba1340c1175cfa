import assert from "node:assert/strict";
import type { HttpExchange } from "../../http/peer.ts";
import { withPanel } from "./panel.ts";
import type { PanelPlace } from "./place.ts";

const PLACE: PanelPlace = { path: "/admin-x7", api: "/api/admin" };

function exchange(fields: Partial<HttpExchange> = {}): HttpExchange {
  return {
    address: "192.0.2.7",
    secure: true,
    limit() {},
    ending: new AbortController().signal,
    ...fields,
  };
}

async function ask(
  path: string,
  { method = "GET", place, allowsInsecure = false, ...fields }:
    & {
      method?: string;
      place?: PanelPlace | undefined;
      allowsInsecure?: boolean;
    }
    & Partial<HttpExchange> = { place: PLACE },
): Promise<Response> {
  const handler = withPanel(
    { place: () => place, allowsInsecure: () => allowsInsecure },
    () => new Response("the site", { status: 404 }),
  );
  const request = new Request(`https://relay.example${path}`, { method });
  return await handler(request, exchange(fields));
}

Deno.test("withPanel() leaves everything to the site while there is no panel", async () => {
  for (const path of ["/admin-x7", "/admin-x7/", "/admin-x7/assets/panel.js"]) {
    const response = await ask(path, { place: undefined });
    assert.equal(await response.text(), "the site");
  }
});

Deno.test("withPanel() answers below its path alone, and not for the API", async () => {
  const place = { path: "/a", api: "/a/api" };
  for (const path of ["/", "/ab", "/a/api", "/a/api/session", "/A/"]) {
    const response = await ask(path, { place });
    assert.equal(await response.text(), "the site", path);
  }
  assert.equal((await ask("/a/apis", { place })).status, 200);
});

Deno.test("withPanel() gives the same page for every path of the panel", async () => {
  const first = await (await ask("/admin-x7/")).text();
  for (const path of ["/admin-x7/accounts/ann", "/admin-x7/nothing"]) {
    const response = await ask(path);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(await response.text(), first);
  }
  const { pathname } = new URL("https://relay.example/admin-x7?t=1");
  const moved = await ask(`${pathname}?t=1`);
  assert.equal(moved.status, 308);
  assert.equal(moved.headers.get("location"), "/admin-x7/?t=1");
});

Deno.test("withPanel() names files that are there, and has no script in the page", async () => {
  const page = await (await ask("/admin-x7/")).text();
  const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) =>
    path!
  );
  assert.ok(files.length >= 9);
  for (const path of files) {
    const response = await ask(path);
    assert.equal(response.status, 200, path);
    assert.match(response.headers.get("cache-control") ?? "", /immutable/);
    assert.equal(
      response.headers.get("cross-origin-resource-policy"),
      "same-origin",
    );
  }
  for (
    const [, attributes, text] of page.matchAll(/<script([^>]*)>([^<]*)</g)
  ) {
    if (text === "") continue;
    assert.match(attributes!, /type="application\/json" id="island"/);
    assert.deepEqual(JSON.parse(text!), {
      api: "/api/admin",
      base: "/admin-x7",
    });
  }
  assert.doesNotMatch(page, /\sstyle=|\son\w+=|https?:/);
  assert.equal((await ask("/admin-x7/assets/panel.js")).status, 404);
  assert.equal((await ask("/admin-x7/assets/..%2Fpanel.js")).status, 404);
});

Deno.test("withPanel() forbids frames, other origins and other methods", async () => {
  const { headers } = await ask("/admin-x7/");
  const policy = headers.get("content-security-policy") ?? "";
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /script-src 'self';/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(headers.get("x-frame-options"), "DENY");
  assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
  assert.equal(headers.get("x-robots-tag"), "noindex, nofollow");
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const response = await ask("/admin-x7/", { method, place: PLACE });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "GET, HEAD");
  }
});

Deno.test("withPanel() is not shown in clear, but to the machine itself", async () => {
  const clear = { place: PLACE, secure: false };
  const refused = await ask("/admin-x7/", clear);
  assert.equal(refused.status, 403);
  assert.deepEqual(await refused.json(), { error: "HTTPS required" });
  const own = await ask("/admin-x7/", { ...clear, address: "127.0.0.1" });
  assert.equal(own.status, 200);
  const meant = await ask("/admin-x7/", { ...clear, allowsInsecure: true });
  assert.equal(meant.status, 200);
});

Deno.test("withPanel() keeps what a path says inside its attribute", async () => {
  const place = { path: "/admin", api: "/</script><script>alert(1)" };
  const page = await (await ask("/admin/", { place })).text();
  assert.ok(!page.includes("<script>alert"));
});

import assert from "node:assert/strict";
import { ask, FACTS, post } from "../../../tests/harness/test_site.ts";
import { Refusal } from "../../base/refusal.ts";
import { KEPT_ROUTES } from "../stealth/kept_routes.ts";
import type { SiteFacts } from "../site_backend.ts";
import { isForPrograms } from "./program_paths.ts";

const CLOSED: SiteFacts = { ...FACTS, web: { ...FACTS.web, pages: false } };
const BROWSER = { accept: "text/html" };

for (
  const path of [
    "/",
    "/index.html",
    "/new",
    "/info",
    "/privacy.html",
    "/docs/",
    "/docs/general",
    "/share",
    "/account",
    "/app",
    "/qr/account.svg",
    "/main.css",
    "/favicon.ico",
    "/translations.js",
    "/new/some-account",
    "/inv/abc",
    "/inv/",
    "/nothing",
  ]
) {
  Deno.test(`a site without pages has no ${path}, and no page that says so`, async () => {
    for (const method of ["GET", "HEAD"]) {
      const { response, text } = await ask(
        path,
        { method, headers: BROWSER },
        { facts: CLOSED },
      );
      assert.equal(response.status, 404);
      assert.doesNotMatch(response.headers.get("content-type") ?? "", /html/);
      if (method === "GET") assert.match(text, /not found/i);
    }
  });
}

Deno.test("a site without pages makes accounts for programs", async () => {
  const given = { facts: CLOSED };
  const made = await ask("/new", post("", BROWSER), given);
  assert.equal(made.response.status, 200);
  assert.equal(JSON.parse(made.text).email, "ann@relay.example");
  const refusal = new Refusal("registration_closed");
  const closed = await ask("/new", post("", BROWSER), { ...given, refusal });
  assert.equal(closed.response.status, 403);
  assert.equal(JSON.parse(closed.text).code, "closed");
});

Deno.test("an invitation that holds is a page that loads nothing else", async () => {
  const invitations = { token123: { usesLeft: 1 } };
  const given = { facts: CLOSED, invitations };
  const { response, text } = await ask(
    "/inv/token123",
    { headers: BROWSER },
    given,
  );
  assert.equal(response.status, 200);
  assert.match(text, /dcaccount:https:\/\/relay\.example\/new\?token=token123/);
  assert.doesNotMatch(text, /\/static\/|href="\/(?!new|\?)/);
});

for (
  const path of [
    "/mail/config-v1.1.xml",
    "/robots.txt",
  ]
) {
  Deno.test(`a site without pages has ${path} for programs`, async () => {
    const { response } = await ask(path, {}, { facts: CLOSED });
    assert.equal(response.status, 200);
  });
}

Deno.test("what stays while the site hides stays without pages", () => {
  for (const { methods, paths } of KEPT_ROUTES) {
    const named = "prefix" in paths
      ? [`${paths.prefix}abc`]
      : "below" in paths
      ? ["/webimap/abc", "/websmtp/abc"]
      : paths;
    for (const path of named) {
      if (path.startsWith("/.well-known/acme-challenge/")) continue; // before the site
      for (const method of methods) {
        assert.ok(isForPrograms(method, path), `${method} ${path}`);
      }
    }
  }
});

import assert from "node:assert/strict";
import type { HttpExchange } from "../http/peer.ts";
import { withAcmeChallenges } from "./acme_challenges.ts";

const handler = withAcmeChallenges(
  (token) => token === "known-Token_1" ? "known-Token_1.thumbprint" : undefined,
  () => new Response("the site"),
);

async function ask(path: string, method = "GET", host = "192.0.2.1") {
  const request = new Request(`http://${host}${path}`, { method });
  const response = await handler(request, {} as HttpExchange);
  const type = response.headers.get("content-type");
  return { status: response.status, type, text: await response.text() };
}

const BELOW = "/.well-known/acme-challenge/";

Deno.test("an authority gets its answer under any name", async () => {
  for (const host of ["192.0.2.1", "[2001:db8::1]", "elsewhere.example"]) {
    const { status, type, text } = await ask(
      `${BELOW}known-Token_1`,
      "GET",
      host,
    );
    assert.equal(status, 200);
    assert.equal(type, "application/octet-stream");
    assert.equal(text, "known-Token_1.thumbprint");
  }
});

Deno.test("what nobody waits for is not there, and nothing is done with it", async () => {
  for (const token of ["other", "", "a/b", "..%2f", "x".repeat(600)]) {
    assert.equal((await ask(BELOW + token)).status, 404, token);
  }
  assert.equal((await ask(`${BELOW}known-Token_1`, "POST")).status, 405);
  assert.equal((await ask("/.well-known/other")).text, "the site");
});

import assert from "node:assert/strict";
import type { HttpExchange } from "../../http/peer.ts";
import { metricsEndpoint } from "./endpoint.ts";

const EXCHANGE = {
  address: "127.0.0.1",
  secure: false,
  ending: new AbortController().signal,
  limit() {},
} satisfies HttpExchange;

async function ask(
  { path = "/metrics", method = "GET", token = "", headers = {} }: {
    readonly path?: string;
    readonly method?: string;
    readonly token?: string;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<Response> {
  const handler = metricsEndpoint({
    token: () => token,
    expose: (format) =>
      Promise.resolve({ contentType: `text/${format}`, text: "x 1\n" }),
  });
  const request = new Request(`http://127.0.0.1${path}`, { method, headers });
  return await handler(request, EXCHANGE);
}

Deno.test("metrics are at one path, for one method", async () => {
  assert.equal((await ask()).status, 200);
  assert.equal((await ask({ path: "/" })).status, 404);
  assert.equal((await ask({ path: "/metrics/" })).status, 404);
  assert.equal((await ask({ path: "/", method: "POST" })).status, 404);
  for (const method of ["POST", "HEAD", "DELETE"]) {
    const answer = await ask({ method });
    assert.equal(answer.status, 405, method);
    assert.equal(answer.headers.get("allow"), "GET");
  }
});

Deno.test("a token is shown as a bearer's or as a password", async () => {
  const basic = (text: string) => `Basic ${btoa(text)}`;
  const cases: [string, number][] = [
    ["", 401],
    ["Bearer s3cret", 200],
    ["bearer s3cret", 200],
    ["Bearer s3cre", 401],
    ["Bearer s3crets", 401],
    ["Bearer", 401],
    ["s3cret", 401],
    [basic("prometheus:s3cret"), 200],
    [basic(":s3cret"), 200],
    [basic("s3cret:"), 401],
    [basic("s3cret"), 401],
    [basic("a:b:s3cret"), 401],
    ["Basic ???", 401],
    [`Bearer ${"x".repeat(100_000)}`, 401],
  ];
  for (const [authorization, status] of cases) {
    const answer = await ask({
      token: "s3cret",
      headers: authorization === "" ? {} : { authorization },
    });
    assert.equal(answer.status, status, authorization.slice(0, 40));
  }
  const { headers } = await ask({ token: "s3cret" });
  assert.match(headers.get("www-authenticate") ?? "", /^Basic /);
});

Deno.test("the format is the one that the client takes", async () => {
  const answer = await ask({
    headers: { accept: "application/openmetrics-text; version=1.0.0" },
  });
  assert.equal(answer.headers.get("content-type"), "text/openmetrics");
  assert.equal((await ask()).headers.get("content-type"), "text/prometheus");
});

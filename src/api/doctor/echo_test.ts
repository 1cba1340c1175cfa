import assert from "node:assert/strict";
import { Hono } from "hono";
import { Refusal } from "../../base/refusal.ts";
import type { HttpExchange } from "../../http/peer.ts";
import type { SiteEnv } from "../site_backend.ts";
import type { EchoBackend } from "./backend.ts";
import { echoRoutes } from "./echo.ts";

const NONCE = "0123456789abcdef0123456789abcdef";
const PATH = "/doctor/echo";

function ask(
  path: string,
  init: RequestInit,
  backend: Partial<EchoBackend> = {},
): Promise<Response> {
  const app = new Hono<SiteEnv>();
  const env: HttpExchange = {
    address: "198.51.100.7",
    secure: true,
    ending: new AbortController().signal,
    limit() {},
  };
  echoRoutes(app, {
    isOn: true,
    isPort: (port) => port === 443 || port === 993,
    look: (_, __, ports) =>
      Promise.resolve(new Map(ports.map((port) => [port, "open"]))),
    challenge: () => Promise.resolve(undefined),
    isAsking: (nonce) => nonce === NONCE,
    ...backend,
  });
  const request = new Request(`https://relay.example${path}`, init);
  return Promise.resolve(app.fetch(request, env));
}

function question(body: unknown, backend?: Partial<EchoBackend>) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return ask(PATH, { method: "POST", body: text }, backend);
}

Deno.test("POST /doctor/echo comes as an authority where that is wished", async () => {
  const said = async (challenge: unknown, seen: string | undefined) => {
    const response = await question({ ...GOOD, challenge }, {
      challenge: (address, nonce) => {
        assert.deepEqual([address, nonce], ["198.51.100.7", NONCE]);
        return Promise.resolve(seen);
      },
    });
    return response.status === 200
      ? (await response.json()).challenge
      : response.status;
  };
  assert.equal(await said(true, "ab"), "ab");
  assert.equal(await said(true, undefined), null);
  assert.equal(await said(false, "ab"), undefined);
  assert.equal(await said("yes", "ab"), 400);
});

const GOOD = { nonce: NONCE, ports: [443, 993] };

Deno.test("POST /doctor/echo looks at the ports of the address that asks", async () => {
  const asked: unknown[] = [];
  const response = await question(GOOD, {
    look(...given) {
      asked.push(given);
      return Promise.resolve(new Map([[443, "open"], [993, "closed"]]));
    },
  });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), {
    address: "198.51.100.7",
    ports: { 443: "open", 993: "closed" },
  });
  assert.deepEqual(asked, [["198.51.100.7", NONCE, [443, 993]]]);
});

const REFUSED: Readonly<Record<string, unknown>> = {
  "no JSON": "{",
  "no object": "[]",
  "no nonce": { ports: [443] },
  "a nonce that could be more": { ...GOOD, nonce: `${NONCE}/../x` },
  "a port that relays do not have": { ...GOOD, ports: [443, 22] },
  "no ports": { ...GOOD, ports: [] },
  "many ports": { ...GOOD, ports: Array(17).fill(443) },
  "no numbers": { ...GOOD, ports: ["443"] },
};
for (const [name, body] of Object.entries(REFUSED)) {
  Deno.test(`POST /doctor/echo refuses ${name}`, async () => {
    const look = () => Promise.reject(new Error("nobody may be connected to"));
    const response = await question(body, { look });
    assert.equal(response.status, 400);
    await response.body?.cancel();
  });
}

Deno.test("POST /doctor/echo says when, where and whether it is done", async () => {
  const wait = new Refusal("too_many_requests", { retryAfterSeconds: 900 });
  const late = await question(GOOD, { look: () => Promise.reject(wait) });
  assert.equal(late.status, 429);
  assert.equal(late.headers.get("retry-after"), "900");
  const inside = await question(GOOD, {
    look: () => Promise.resolve(undefined),
  });
  assert.equal(inside.status, 403);
  const off = await question(GOOD, { isOn: false });
  assert.equal(off.status, 404);
  for (const one of [late, inside, off]) await one.body?.cancel();
});

Deno.test("GET /doctor/echo shows a number only to who was asked with it", async () => {
  const known = await ask(`${PATH}/${NONCE}`, {});
  assert.equal(known.status, 200);
  assert.equal(await known.text(), NONCE);
  for (const other of [NONCE.replace("0", "1"), "x", `${NONCE}0`]) {
    const response = await ask(`${PATH}/${other}`, {});
    assert.equal(response.status, 404);
    await response.body?.cancel();
  }
});

import assert from "node:assert/strict";
import {
  EXCHANGE,
  FACTS,
  NOT_HIDDEN,
  SELF_SIGNED,
} from "../../../tests/harness/test_site.ts";
import type { HttpHandler } from "../../http/peer.ts";
import { FIXED_ANSWERS } from "../../http/server/fixed_answers.ts";
import type { SiteStealth } from "../site_backend.ts";
import {
  type StealthParts,
  stealthyAnswers,
  stealthyUpgrade,
  withStealth,
} from "./stealth.ts";

const DECOY: SiteStealth = { ...NOT_HIDDEN, mode: "decoy" };

function parts(
  { stealth = DECOY, facts = FACTS, isOpen = false } = {},
): StealthParts {
  return {
    backend: { facts: () => facts, stealth: () => stealth },
    isExchanger: (token) => token === "known",
    isSignUpOpen: () => isOpen,
    takesPlainMail: () => false,
    mayUseWebmail: ({ headers }) =>
      Promise.resolve(headers.get("x-password") === "right"),
    admin: { guessed: () => ["/api/admin"], secret: () => [] },
  };
}

/** The status of what is shown where the site says `answer`. */
async function seen(
  request: Request,
  answer: Response,
  given: StealthParts = parts(),
): Promise<Response> {
  const site: HttpHandler = () => answer;
  const secure = new URL(request.url).protocol === "https:";
  return await withStealth(given, site)(request, { ...EXCHANGE, secure });
}

function request(
  path: string,
  method = "GET",
  headers: HeadersInit = {},
): Request {
  return new Request(`https://relay.example${path}`, { method, headers });
}

const said = (status: number) => new Response("said", { status });

Deno.test("exchangers hear what they are told, others that there is nothing", async () => {
  const ask = (token: string) =>
    seen(
      request("/exchanger/pull", "GET", { authorization: `Bearer ${token}` }),
      said(429),
    );
  assert.equal((await ask("known")).status, 429);
  assert.equal((await ask("wrong")).status, 404);
});

Deno.test("mail in clear is hidden where none is taken", async () => {
  const fields = { "x-mail-from": "a@b.example", "x-mail-to": "c@d.example" };
  const secure = request("/mxdeliv", "POST", fields);
  assert.equal(await (await seen(secure, said(200))).text(), "said");
  const plain = new Request("http://relay.example/mxdeliv", {
    method: "POST",
    headers: fields,
  });
  assert.equal((await seen(plain, said(404))).status, 405);
});

Deno.test("mail over HTTP is there for who has an account, and does not hear others", async () => {
  const ask = (password: string) =>
    seen(
      request("/webimap/mailboxes", "GET", { "x-password": password }),
      said(404),
    );
  assert.equal(await (await ask("right")).text(), "said");
  for (const mode of ["minimal", "decoy"] as const) {
    let heard = 0;
    const given = parts({ stealth: { ...DECOY, mode } });
    const site: HttpHandler = () => {
      heard++;
      return said(401);
    };
    const wrong = request("/websmtp/send", "POST", { "x-password": "wrong" });
    const answer = await withStealth(given, site)(wrong, EXCHANGE);
    assert.equal(answer.status, mode === "minimal" ? 404 : 405);
    assert.equal(heard, 0);
  }
});

Deno.test("who may sign up anyway hears why not, others do not", async () => {
  const ask = (isOpen: boolean) =>
    seen(request("/new", "POST"), said(429), parts({ isOpen }));
  assert.equal((await ask(true)).status, 429);
  assert.equal((await ask(false)).status, 405);
});

Deno.test("a route that nobody has let through is hidden", async () => {
  const given = parts();
  for (const mode of ["minimal", "decoy"] as const) {
    const stealth = { ...DECOY, mode };
    const answer = await seen(
      request("/of/tomorrow"),
      said(200),
      { ...given, backend: { ...given.backend, stealth: () => stealth } },
    );
    assert.equal(answer.status, 404);
  }
});

Deno.test("what is asked for in clear is elsewhere, unless nobody can verify that", async () => {
  const asked = () => new Request("http://relay.example/a?b");
  const moved = await seen(asked(), said(200));
  assert.equal(moved.status, 301);
  assert.equal(moved.headers.get("location"), "https://relay.example/a?b");
  const facts = SELF_SIGNED;
  assert.equal(
    (await seen(asked(), said(200), parts({ facts }))).status,
    404,
  );
});

Deno.test("a link without a key opens nothing", async () => {
  for (const path of ["/?k=", "/?k=undefined"]) {
    const answer = await seen(
      request(path, "GET", { cookie: "sid=; sid" }),
      said(299),
    );
    assert.equal(answer.status, 200); // the decoy's page
    assert.match(await answer.text(), /It works!/);
  }
});

Deno.test("a refusal to speak another protocol looks like an unknown path", async () => {
  const peer = { address: "192.0.2.1", secure: true };
  const takeover = () => Promise.resolve();
  let answer: Response | typeof takeover = new Response("no", { status: 400 });
  const route = stealthyUpgrade(parts(), {
    path: "/relay",
    protocol: "x",
    accept: () => answer,
  });
  const refused = await route.accept(request("/relay"), peer);
  assert.ok(refused instanceof Response);
  assert.equal(refused.status, 404);
  answer = takeover;
  assert.equal(await route.accept(request("/relay"), peer), takeover);
});

Deno.test("what reaches no handler is answered as ever while nothing hides", () => {
  const usual = stealthyAnswers(
    parts({ stealth: NOT_HIDDEN }),
    FIXED_ANSWERS,
  );
  assert.deepEqual(usual.plain(400), FIXED_ANSWERS.plain(400));
  assert.deepEqual(usual.allowed(), FIXED_ANSWERS.allowed());
});

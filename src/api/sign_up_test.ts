/** The form of the page: what it says, what it keeps, what it makes. */
import assert from "node:assert/strict";
import { Refusal } from "../base/refusal.ts";
import {
  type Ask,
  ask,
  FACTS,
  post,
  SELF_SIGNED,
  TIME,
} from "../../tests/harness/test_site.ts";

const BROWSER = {
  accept: "text/html,*/*",
  origin: "null",
  "sec-fetch-site": "same-origin",
};
const FORM = {
  ...BROWSER,
  "content-type": "application/x-www-form-urlencoded",
};

Deno.test("a form leads to a page that shows the account once", async () => {
  const { response, text, registered, visit } = await ask(
    "/new",
    post("token=", FORM),
    { facts: SELF_SIGNED },
  );
  assert.equal(response.status, 303);
  assert.equal(text, "");
  assert.equal(response.headers.get("cache-control"), "no-store");
  const page = response.headers.get("location")!;
  assert.match(page, /^\/new\/[\w-]{24}$/);
  const head = await visit(page, { method: "HEAD", headers: BROWSER });
  assert.equal(head.response.status, 404);
  const shown = await visit(page, { headers: BROWSER });
  assert.equal(shown.response.status, 200);
  assert.equal(shown.response.headers.get("cache-control"), "no-store");
  assert.match(shown.response.headers.get("x-robots-tag")!, /noindex/);
  assert.match(
    shown.text,
    /href="dclogin:ann@relay\.example\/\?p=pass[^"]*ic=3"/,
  );
  assert.match(shown.text, /<svg/);
  for (
    const [name, port, security] of [["IMAP", 993, "TLS"], [
      "SMTP",
      587,
      "STARTTLS",
    ]]
  ) {
    assert.ok(
      shown.text.includes(
        `<dt>${name}</dt><dd><code dir="ltr">relay.example port ${port}</code> ${security}</dd>`,
      ),
      shown.text,
    );
  }
  assert.match(shown.text, /made its certificate itself/);
  const again = await visit(page, { headers: BROWSER });
  assert.equal(again.response.status, 404);
  assert.doesNotMatch(again.text, /pass"|dclogin/);
  assert.equal(registered.length, 1);
});

Deno.test("the page of an account is forgotten after five minutes", async () => {
  const { response, visit } = await ask("/new", post("", FORM));
  await TIME.pass(5 * 60_000);
  const page = response.headers.get("location")!;
  assert.equal((await visit(page, { headers: BROWSER })).response.status, 404);
});

Deno.test("an account page that is not there is JSON for programs", async () => {
  const { response, text } = await ask("/new/nothing");
  assert.equal(response.status, 404);
  assert.equal(JSON.parse(text).code, "not_found");
  const wrong = await ask("/new/nothing", { method: "DELETE" });
  assert.equal(wrong.response.status, 405);
});

const TYPED = "token=abcd&username=ann&password=a%22%3Cb";
for (
  const [name, refusal, status, alert, field] of [
    [
      "a short name",
      new Refusal("username_invalid", {
        explanation: "Name must have 8 to 32 characters",
      }),
      400,
      "Name must have 8 to 32 characters.",
      "username",
    ],
    [
      "a taken name",
      new Refusal("username_taken"),
      409,
      "This name is taken.",
      "username",
    ],
    [
      "a short password",
      new Refusal("password_too_short", {
        explanation: "Password must have at least 9 characters",
      }),
      400,
      "Password must have at least 9 characters.",
      "password",
    ],
    [
      "a bad token",
      new Refusal("token_invalid"),
      403,
      "This invitation code is not valid, or is used up.",
      "token",
    ],
    [
      "too many accounts",
      new Refusal("registration_limited", { retryAfterSeconds: 90 }),
      429,
      "Too many new accounts from your network; try again in 1 minute 30 seconds.",
      undefined,
    ],
  ] as const
) {
  for (const language of ["fa", "ru", "es"]) {
    Deno.test(`the form ends its sentence about ${name} once, in ${language}`, async () => {
      const { text } = await ask(`/new?lang=${language}`, post(TYPED, FORM), {
        refusal,
        facts: SELF_SIGNED,
      });
      assert.match(text, /role="alert">[^<]*[^.<]\.<\/p>/);
    });
  }

  Deno.test(`the form says what is wrong with ${name}, and keeps what was typed`, async () => {
    const { response, text } = await ask("/new", post(TYPED, FORM), {
      refusal,
      facts: SELF_SIGNED,
    });
    assert.equal(response.status, status);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.ok(text.includes(`role="alert">${alert}</p>`), text);
    const inputs = [...text.matchAll(/<input [^>]*>/g)].map(([tag]) => tag);
    for (
      const [name, value] of [
        ["token", "abcd"],
        ["username", "ann"],
        ["password", "a&quot;&lt;b"],
      ]
    ) {
      const input = inputs.find((tag) => tag.includes(`name="${name}"`))!;
      const kept = input.replace("&lt;", "<").replaceAll("<b", "&lt;b");
      assert.ok(kept.includes(`value="${value}"`), input);
      assert.equal(input.includes('aria-invalid="true"'), name === field);
    }
    assert.match(text, /<details open/);
    const form = text.indexOf("<form");
    assert.ok(form < text.indexOf("get Delta Chat"), "the form comes first");
    assert.doesNotMatch(text, /Then create/, "nothing is before it");
    const lastField = text.lastIndexOf("<input");
    assert.ok(text.indexOf('type="submit"') > lastField, "button after fields");
  });
}

Deno.test("a stranger's form is refused and gets nothing back", async () => {
  const { response, text, registered } = await ask(
    "/new",
    post(TYPED, { ...FORM, "sec-fetch-site": "cross-site" }),
  );
  assert.equal(response.status, 403);
  assert.doesNotMatch(text, /abcd/);
  assert.deepEqual(registered, []);
});

Deno.test("the page begins with Delta Chat, and says what is kept and by whom", async () => {
  const { text } = await ask("/");
  const order = ["First, get Delta Chat", "dcaccount:", "<form"];
  const at = order.map((part) => text.indexOf(part));
  assert.deepEqual(at, at.toSorted((a, b) => a - b));
  assert.ok(at.every((index) => index > 0));
  assert.match(text, /href="https:\/\/delta\.chat\/download"/);
  assert.match(text, /Messages are deleted here after 20 days\./);
  assert.match(
    text,
    /href="mailto:op@relay\.example"[^>]*><bdi dir="ltr">op@relay\.example</,
  );
  assert.match(text, /8 to 32 characters/);
  assert.match(text, /At least 9 characters/);
  const nobody = await ask("/", {}, { facts: { ...FACTS, adminContact: "" } });
  assert.doesNotMatch(nobody.text, /Run by/);
});

for (
  const [name, registration, facts] of [
    ["open", "open", FACTS],
    ["by token", "token", FACTS],
    ["closed", "closed", FACTS],
    ["by token, self-signed", "token", SELF_SIGNED],
  ] as const
) {
  Deno.test(`/new?token=… fills the field while registration is ${name}`, async () => {
    const { text, registered } = await ask("/new?token=a%22b%26c", {
      headers: BROWSER,
    }, { facts: { ...facts, registration } });
    assert.match(text, /name="token" value="a&quot;b&amp;c"/);
    assert.deepEqual(registered, []);
    assert.equal(
      text.includes(
        'href="dcaccount:https://relay.example/new?token=a%22b%26c"',
      ),
      facts.links.publiclyTrusted,
    );
  });
}

Deno.test("a program that looks at an invitation is sent to dcaccount: with its token", async () => {
  const { response } = await ask("/new?t=abcd");
  assert.equal(
    response.headers.get("location"),
    "dcaccount:https://relay.example/new?token=abcd",
  );
  const long = await ask(`/new?t=${"x".repeat(129)}`);
  assert.equal(
    long.response.headers.get("location"),
    "dcaccount:https://relay.example/new",
  );
});

const { httpsPort: _none, ...CLEAR } = SELF_SIGNED;
const far = { address: "192.0.2.1", secure: false };
const near = { address: "127.0.0.1", secure: false };
for (
  const [name, given, allowed] of [
    ["over HTTPS", { facts: SELF_SIGNED }, true],
    [
      "in the clear where HTTPS exists",
      { facts: SELF_SIGNED, peer: far },
      false,
    ],
    ["in the clear on this machine", { facts: SELF_SIGNED, peer: near }, true],
    [
      "in the clear through a proxy that nobody knows",
      { facts: SELF_SIGNED, peer: { ...near, forwarded: true } },
      false,
    ],
    ["in the clear without HTTPS", { facts: CLEAR, peer: far }, false],
    ["on this machine without HTTPS", { facts: CLEAR, peer: near }, true],
  ] as readonly [string, Ask, boolean][]
) {
  Deno.test(`an account ${name} is ${allowed ? "made" : "refused"}`, async () => {
    const made = await ask("/new", post("", FORM), given);
    assert.equal(made.response.status, allowed ? 303 : 403);
    assert.equal(made.registered.length, allowed ? 1 : 0);
    const { text } = await ask("/", {}, given);
    assert.equal(text.includes("<form"), allowed);
    const elsewhere = !allowed && given.facts !== CLEAR;
    assert.equal(
      text.includes('href="https://relay.example/new"'),
      elsewhere,
    );
    const app = await ask("/new", post(), given);
    if (!allowed) assert.equal(JSON.parse(app.text).code, "https_required");
  });
}

Deno.test("page, /new and autoconfig answer for the domain in Host", async () => {
  const server = { host: "two.example", port: 993, security: "ssl" } as const;
  const two = {
    ...FACTS,
    domain: "two.example",
    publicUrl: "https://two.example",
    links: {
      imap: server,
      smtp: { ...server, port: 465 },
      publiclyTrusted: true,
    },
    services: FACTS.services.map((one) => ({ ...one, host: "two.example" })),
  };
  const facts = (host: string) => host === "two.example" ? two : FACTS;
  const given = { facts, host: "two.example:8443" };
  const page = await ask("/", {}, given);
  assert.match(page.text, /<h1><bdi dir="ltr">two\.example<\/bdi><\/h1>/);
  assert.match(page.text, /dcaccount:https:\/\/two\.example\/new/);
  const made = await ask("/new", post(), given);
  assert.equal(made.registered[0]?.domain, "two.example");
  assert.equal(
    JSON.parse(made.text).dclogin_url,
    "dclogin:ann@two.example/?p=pass&v=1&ic=1",
  );
  const xml = await ask("/mail/config-v1.1.xml", {}, given);
  assert.match(xml.text, /<emailProvider id="two\.example">/);
  assert.match(xml.text, /<hostname>two\.example<\/hostname>/);
  assert.doesNotMatch(xml.text, /relay\.example/);
});

Deno.test("POST /new counts a refusal once, and no success", async () => {
  const refused = await ask("/new", post(), {
    refusal: new Refusal("registration_closed"),
  });
  assert.deepEqual(refused.refusals, ["registration_closed"]);
  assert.deepEqual((await ask("/new", post())).refusals, []);
});

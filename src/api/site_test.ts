import { NO_ECHO } from "../../tests/harness/no_echo.ts";
import assert from "node:assert/strict";
import { systemRandom } from "../base/random.ts";
import { Refusal } from "../base/refusal.ts";
import { site } from "./site.ts";
import {
  ask,
  EXCHANGE,
  FACTS,
  NO_SERVER_MAIL,
  NO_SHARING,
  NO_WEBMAIL,
  NOBODY_SERVED,
  NOT_HIDDEN,
  post,
  SELF_SIGNED,
  TIME,
} from "../../tests/harness/test_site.ts";

const PEER = { peerAddress: "192.0.2.1", domain: "relay.example" };

Deno.test("POST /new without body gives Delta Chat its account", async () => {
  for (const path of ["/new", "/new_email", "/cgi-bin/newemail.py"]) {
    const { response, text, registered } = await ask(path, post());
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.deepEqual(JSON.parse(text), {
      email: "ann@relay.example",
      password: "pass",
      dclogin_url: "dclogin:ann@relay.example/?p=pass&v=1&ic=1",
    });
    assert.deepEqual(registered, [PEER]);
  }
});

for (
  const [name, path, init, want] of [
    ["the query", "/new?token=abcd", post(), { token: "abcd" }],
    ["the short query", "/new?t=%20abcd%20", post(), { token: "abcd" }],
    [
      "JSON",
      "/new",
      post('{"token":"t1","username":"ann","password":" p ","more":[1]}', {
        "content-type": "application/json; charset=utf-8",
      }),
      { token: "t1", username: "ann", password: " p " },
    ],
    [
      "a form, less its empty fields",
      "/new",
      post("token=&username=ann&password=", {
        "content-type": "application/x-www-form-urlencoded",
      }),
      { username: "ann" },
    ],
    [
      "a form whose type is in capitals",
      "/new",
      post("token=t1", {
        "content-type": "Application/X-WWW-Form-Urlencoded",
      }),
      { token: "t1" },
    ],
    [
      "JSON whose type is in capitals",
      "/new",
      post('{"token":"t1"}', { "content-type": "Application/JSON" }),
      { token: "t1" },
    ],
    ["no type", "/new", post("token=abc"), {}],
  ] as const
) {
  Deno.test(`POST /new takes its fields from ${name}`, async () => {
    const { response, registered } = await ask(path, init);
    assert.equal(response.status, 200);
    assert.deepEqual(registered, [{ ...want, ...PEER }]);
  });
}

const asJson = { "content-type": "application/json" };
for (
  const [name, init, given, status, code] of [
    ["unreadable JSON", post("{", asJson), {}, 400, "bad_request"],
    ["JSON that is no object", post("7", asJson), {}, 400, "bad_request"],
    ["JSON that is an array", post("[]", asJson), {}, 400, "bad_request"],
    [
      "a field that is no text",
      post('{"token":7}', asJson),
      {},
      400,
      "bad_request",
    ],
    ["a large body", post("x".repeat(4097)), {}, 413, "too_large"],
    [
      "a form of several parts",
      post('--x\r\ncontent-disposition: form-data; name="token"\r\n\r\n', {
        "content-type": "multipart/form-data; boundary=x",
      }),
      {},
      415,
      "unsupported_media_type",
    ],
    [
      "another page's origin",
      post(undefined, { origin: "https://evil.example" }),
      {},
      403,
      "origin_not_allowed",
    ],
    [
      "an opaque origin",
      post(undefined, { origin: "null" }),
      {},
      403,
      "origin_not_allowed",
    ],
    [
      "another site's form",
      post(undefined, {
        origin: "https://evil.example",
        "sec-fetch-site": "cross-site",
      }),
      {},
      403,
      "origin_not_allowed",
    ],
    [
      "clear text from afar",
      post(),
      { peer: { address: "192.0.2.1", secure: false } },
      403,
      "https_required",
    ],
    [
      "a bad token",
      post(),
      { refusal: new Refusal("token_invalid") },
      403,
      "token_invalid",
    ],
    [
      "a closed server",
      post(),
      { refusal: new Refusal("registration_closed") },
      403,
      "closed",
    ],
    [
      "a taken name",
      post(),
      { refusal: new Refusal("username_taken") },
      409,
      "username_taken",
    ],
  ] as const
) {
  Deno.test(`POST /new answers ${status} ${code} to ${name}`, async () => {
    const { response, text } = await ask("/new", init, given);
    assert.equal(response.status, status);
    const answer = JSON.parse(text);
    assert.equal(answer.code, code);
    assert.equal(answer.error, answer.reason);
  });
}

Deno.test("what nobody expected is thrown to the server, not printed", async () => {
  const handler = site({
    clock: TIME,
    timers: TIME,
    mail: NO_SERVER_MAIL,
    random: systemRandom,
    serving: NOBODY_SERVED,
    sharing: NO_SHARING,
    webmail: NO_WEBMAIL,
    backend: {
      echo: NO_ECHO,
      facts: () => FACTS,
      register: () => Promise.reject(new Error("unexpected")),
      countRefusal() {},
      mtaStsPolicy: () => undefined,
      pageWait: () => 0,
      invitation: () => Promise.resolve(undefined),
      stealth: () => NOT_HIDDEN,
    },
  });
  const request = new Request("https://relay.example/new", { method: "POST" });
  await assert.rejects(
    async () => await handler(request, EXCHANGE),
    /unexpected/,
  );
});

Deno.test("POST /new says when to try again", async () => {
  const { response } = await ask("/new", post(), {
    refusal: new Refusal("registration_limited", { retryAfterSeconds: 17 }),
  });
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("retry-after"), "17");
});

Deno.test("GET / offers what works with the certificate and the registration", async () => {
  const app = await ask("/");
  assert.match(app.text, /href="dcaccount:https:\/\/relay\.example\/new"/);
  assert.match(app.text, /<svg/);
  const form = await ask("/", {}, { facts: SELF_SIGNED });
  assert.match(form.text, /<form method="post" action="\/new"/);
  assert.doesNotMatch(form.text, /dcaccount:/);
  const closed = await ask("/", {}, {
    facts: { ...FACTS, registration: "closed" },
  });
  assert.match(closed.text, /Registration is closed/);
  for (const { response, registered } of [app, form, closed]) {
    assert.deepEqual(registered, []);
    const { headers } = response;
    assert.match(headers.get("content-security-policy")!, /default-src 'none'/);
    assert.equal(headers.get("x-frame-options"), "DENY");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
  }
  assert.equal(
    app.response.headers.get("strict-transport-security"),
    "max-age=100",
  );
  assert.equal(form.response.headers.get("strict-transport-security"), null);
  assert.match(app.response.headers.get("etag") ?? "", /^W\/"[0-9a-f]{16}"$/);
});

Deno.test("GET /new sends an app to dcaccount: and a browser to the page", async () => {
  const app = await ask("/new");
  assert.equal(app.response.status, 302);
  assert.equal(
    app.response.headers.get("location"),
    "dcaccount:https://relay.example/new",
  );
  const browser = await ask("/new", { headers: { accept: "text/html" } });
  assert.equal(browser.response.status, 200);
  assert.equal(
    browser.response.headers.get("x-robots-tag"),
    "noindex, nofollow",
  );
});

Deno.test("pages use only files that are served", async () => {
  const { text } = await ask("/");
  const files = [...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)];
  assert.equal(new Set(files.map(([, path]) => path)).size, 3);
  for (const [, path] of files) {
    const { response } = await ask(path!);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("cache-control")!, /immutable/);
  }
});

Deno.test("autoconfig lists the services and never the Host of the request", async () => {
  const { response, text } = await ask(
    "/.well-known/autoconfig/mail/config-v1.1.xml",
  );
  assert.equal(
    response.headers.get("content-type"),
    "application/xml; charset=utf-8",
  );
  assert.match(
    text,
    /<incomingServer type="imap">\s*<hostname>relay\.example<\/hostname>\s*<port>993/,
  );
  assert.match(
    text,
    /<outgoingServer type="smtp">[^]*<socketType>STARTTLS<\/socketType>/,
  );
  const off = await ask("/mail/config-v1.1.xml", {}, {
    facts: { ...FACTS, autoconfig: false },
  });
  assert.equal(off.response.status, 404);
});

Deno.test("plain HTTP goes to HTTPS when the certificate is good, but not for autoconfig", async () => {
  const peer = { address: "192.0.2.1", secure: false };
  const facts = { ...FACTS, httpsPort: 443 };
  const page = await ask("/x?y=1", {}, { peer, facts });
  assert.equal(page.response.status, 308);
  assert.equal(
    page.response.headers.get("location"),
    "https://relay.example/x?y=1",
  );
  const xml = await ask("/mail/config-v1.1.xml", {}, { peer, facts });
  assert.equal(xml.response.status, 200);
  const clear = await ask("/", {}, { peer, facts: SELF_SIGNED });
  assert.equal(clear.response.status, 200);
});

for (
  const [method, path, status] of [
    ["DELETE", "/new", 405],
    ["POST", "/", 405],
    ["PUT", "/mail/config-v1.1.xml", 405],
    ["GET", "/nothing", 404],
    ["GET", "/static/../site.ts", 404],
    ["OPTIONS", "/new", 204],
    ["HEAD", "/", 200],
    ["GET", "/robots.txt", 200],
    ["POST", "/main.css", 405],
    ["PUT", "/logo.svg", 405],
    ["DELETE", "/favicon.ico", 405],
    ["POST", "/translations.js", 405],
    ["GET", "/a%00b", 400],
    ["GET", "/docs/general%0a", 400],
    ["GET", "/inv/%ff", 404], // as any invitation that does not hold
    ["GET", "/docs/%ff", 400],
    ["GET", "/%c0%ae%c0%ae/x", 400],
    ["GET", "/%5c..%5cx", 400],
    ["DELETE", "/new/%zz", 400],
    ["GET", "/..%2fetc", 404],
  ] as const
) {
  Deno.test(`${method} ${path} gives ${status}`, async () => {
    const { response } = await ask(path, { method });
    assert.equal(response.status, status);
    if (status === 405) assert.ok(response.headers.get("allow"));
  });
}

for (const path of ["/", "/new", "/new/some-account", "/nothing"]) {
  Deno.test(`GET ${path} over the limit of an address gives 429`, async () => {
    const { response } = await ask(path, {}, { wait: 3 });
    assert.equal(response.status, 429);
    assert.equal(response.headers.get("retry-after"), "3");
  });
}

Deno.test("what mail over HTTP has no path for is not found, whatever is on", async () => {
  for (const path of ["/webimap", "/webimap/x", "/websmtp", "/websmtp/a/b"]) {
    for (const method of ["GET", "POST", "OPTIONS"]) {
      const { response, text } = await ask(path, {
        method,
        headers: { accept: "text/html" },
      });
      assert.equal(response.status, 404);
      assert.equal(text, '{"error":"not found"}');
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.equal(response.headers.get("vary"), "Origin");
    }
  }
});

Deno.test("a preflight that is refused says by what it was chosen", async () => {
  const { response } = await ask("/new", {
    method: "OPTIONS",
    headers: { origin: "https://evil.example" },
  });
  assert.equal(response.status, 403);
  assert.equal(response.headers.get("vary"), "Origin");
});

Deno.test("no answer to what makes accounts is kept, whatever it is", async () => {
  for (const [path, method] of [["/new", "PUT"], ["/new/key", "POST"]]) {
    const { response } = await ask(path!, { method: method! });
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.equal(
      response.headers.get("vary"),
      path === "/new" ? "Origin" : null,
    );
  }
});

Deno.test("the MTA-STS policy is text at its place, for the hosts that have one", async () => {
  const path = "/.well-known/mta-sts.txt";
  const policies = { "mta-sts.relay.example": "version: STSv1\r\n" };
  const host = "mta-sts.relay.example";
  const { response, text } = await ask(path, {}, { policies, host });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
  assert.equal(text, "version: STSv1\r\n");
  const none = await ask(path, {}, { policies, host: "relay.example" });
  assert.equal(none.response.status, 404);
  const post = await ask(path, { method: "POST" }, { policies, host });
  assert.equal(post.response.status, 405);
});

import assert from "node:assert/strict";
import { LANGUAGES } from "../../../web/i18n/languages.ts";
import { Refusal } from "../../base/refusal.ts";
import {
  type Ask,
  ask,
  FACTS,
  SELF_SIGNED,
} from "../../../tests/harness/test_site.ts";

const PATHS = ["/", "/new", "/info", "/privacy", "/security", "/deploy"];
const HTML = { accept: "text/html" };

for (const path of PATHS) {
  for (const language of LANGUAGES) {
    Deno.test(`${path} in ${language} is whole`, async () => {
      const { response, text } = await ask(`${path}?lang=${language}`, {
        headers: HTML,
      });
      assert.equal(response.status, 200);
      const fields = response.headers;
      assert.equal(fields.get("content-language"), language);
      assert.equal(fields.get("cache-control"), "no-cache");
      assert.equal(fields.get("vary"), "accept-language, cookie");
      assert.match(fields.get("etag")!, /^W\/"[0-9a-f]{16}"$/);
      assert.match(fields.get("set-cookie")!, new RegExp(`^lang=${language};`));
      const dir = language === "fa" ? "rtl" : "ltr";
      assert.ok(text.includes(`<html lang="${language}" dir="${dir}">`));
      assert.doesNotMatch(text, /\{\w+\}|undefined|\[object/);
      assert.doesNotMatch(text, /style=|onclick=|<style|javascript:/);
      const loaded = text.matchAll(
        /<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"/g,
      );
      for (const [, url] of loaded) assert.match(url!, /^\/static\//);
    });
  }
}

Deno.test("pages lead to one's account, and to the browser client while there is one", async () => {
  const web = { ...FACTS.web, webClient: true };
  for (const language of LANGUAGES) {
    for (const path of PATHS) {
      const at = `${path}?lang=${language}`;
      const without = await ask(at, { headers: HTML });
      assert.match(without.text, /<footer>[^]*href="\/account"/, at);
      assert.doesNotMatch(without.text, /href="\/app"/, at);
      const { text } = await ask(at, { headers: HTML }, {
        facts: { ...FACTS, web },
      });
      assert.match(text, /<nav[^]*href="\/app"[^]*<\/nav>/, at);
    }
  }
});

Deno.test("a page that a language was not chosen for sets no cookie", async () => {
  const { response, text } = await ask("/", {
    headers: { ...HTML, "accept-language": "ru" },
  });
  assert.equal(response.headers.get("set-cookie"), null);
  assert.match(text, /<html lang="ru"/);
});

Deno.test("another language keeps the token of an invitation", async () => {
  const { text } = await ask("/new?token=abcd&x=1", { headers: HTML });
  assert.match(text, /href="\?lang=fa&amp;token=abcd"/);
});

Deno.test("pages say the numbers that are in force", async () => {
  const facts = {
    ...FACTS,
    registration: "closed",
    web: {
      ...FACTS.web,
      quotaOctets: 300 * 1024 ** 2,
      quotaRolls: false,
      maxMessageOctets: 31 * 1024 ** 2,
      sendPerMinute: 77,
      privacyContact: "privacy@relay.example",
      securityContact: "https://relay.example/report",
      operatorName: "The <b>club</b>",
    },
  } as const;
  const info = await ask("/info", {}, { facts });
  for (const said of ["300 MiB", "31 MiB", "77 messages", "20 days"]) {
    assert.ok(info.text.includes(said), said);
  }
  assert.match(info.text, /New accounts are by invitation only/);
  assert.doesNotMatch(info.text, /make room for new ones/);
  assert.match(info.text, /The &lt;b>club&lt;\/b>/);
  const privacy = await ask("/privacy", {}, { facts });
  assert.match(privacy.text, /href="mailto:privacy@relay\.example"/);
  const security = await ask("/security.html", {}, { facts });
  assert.match(security.text, /href="https:\/\/relay\.example\/report"/);
  const spanish = await ask("/info?lang=es", {}, { facts });
  assert.match(spanish.text, /al cabo de 20 días/);
});

Deno.test("pages say of this relay only what holds for it", async () => {
  const about = async (
    path: string,
    web: Partial<typeof FACTS.web>,
    more: Partial<typeof FACTS> = {},
  ) => {
    const facts = { ...FACTS, ...more, web: { ...FACTS.web, ...web } };
    return (await ask(path, {}, { facts })).text;
  };
  const cases = [
    ["/privacy", "that server learns both addresses", { federates: true }],
    ["/", "on another server of this kind", { federates: true }],
    ["/privacy", "on each day of the month", { countsTraffic: true }],
    ["/privacy", "when you were online", { countsTraffic: false }],
    ["/privacy", "how often it was opened", { sharing: true }],
  ] as const;
  for (const [path, said, web] of cases) {
    const [[name, value]] = Object.entries(web) as [[string, boolean]];
    assert.ok((await about(path, web)).includes(said), said);
    const text = await about(path, { [name]: !value });
    assert.equal(text.includes(said), false, said);
  }
  const unused = "no longer used is deleted";
  const inactiveAccountsSeconds = 90 * 86_400;
  const deleting = { retention: { inactiveAccountsSeconds } };
  assert.ok((await about("/privacy", {}, deleting)).includes(unused));
  const kept = await about("/privacy", {}, { retention: {} });
  assert.equal(kept.includes(unused), false);
  assert.match(kept, /yourself: <a href="\/account">/);
  const tunnelLink = "ss://abc@relay.example:8388#relay";
  assert.ok((await about("/info", {}, { tunnelLink })).includes(tunnelLink));
  assert.doesNotMatch(await about("/info", {}), /ss:\/\//);
});

Deno.test("no limit is none of zero messages", async () => {
  const web = { ...FACTS.web, sendPerMinute: 0 };
  const { text } = await ask("/info", {}, { facts: { ...FACTS, web } });
  assert.doesNotMatch(text, /messages a minute/);
  assert.match((await ask("/info")).text, /60 messages a minute/);
});

Deno.test("/deploy says where the program is to be had from this server", async () => {
  const here = await ask("/deploy");
  assert.match(
    here.text,
    /curl -fsSLo postern https:\/\/relay\.example\/postern/,
  );
  const nowhere = await ask("/deploy", {}, {
    facts: { ...FACTS, web: { ...FACTS.web, programPath: "" } },
  });
  assert.match(nowhere.text, /tar -xz/);
});

Deno.test("the program is had from this server while the operator gives it away", async () => {
  const file = import.meta.filename!;
  const downloads = {
    program: ["/postern", file],
    documents: [["/release.json", file]],
  } as const;
  const given = { ...FACTS, web: { ...FACTS.web, programPath: "" } };
  for (const path of ["/postern", "/release.json"]) {
    const here = await ask(path, {}, { downloads });
    assert.equal(here.response.status, 200);
    assert.match(here.text, /the operator gives it away/);
    const off = await ask(path, {}, { downloads, facts: given });
    assert.equal(off.response.status, 404);
    assert.doesNotMatch(off.text, /gives it away/);
  }
});

const INVITATIONS = { good1234: { usesLeft: 5, expiresAt: 1_893_456_000 } };

Deno.test("/inv/ of a good token shows how to use it", async () => {
  const { response, text } = await ask("/inv/good1234", {}, {
    invitations: INVITATIONS,
    facts: { ...FACTS, registration: "closed" },
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("x-robots-tag"), "noindex, nofollow");
  assert.match(
    text,
    /href="dcaccount:https:\/\/relay\.example\/new\?token=good1234"/,
  );
  assert.match(text, /It is valid until January 1, 2030\./);
  assert.match(text, /It can be used 5 more times\./);
  assert.match(text, /name="token" value="good1234"/);
  const noted = await ask("/inv/good1234", {}, {
    invitations: { good1234: { usesLeft: 1, note: "Hi <b>Ann" } },
  });
  assert.match(noted.text, /<p dir="auto">Hi &lt;b(?:>|&gt;)Ann<\/p>/);
  assert.doesNotMatch(text, /<p dir="auto"><\/p>/);
  const own = await ask("/inv/good1234", {}, {
    invitations: INVITATIONS,
    facts: SELF_SIGNED,
  });
  assert.doesNotMatch(own.text, /dcaccount:/);
  assert.match(own.text, /<form/);
});

Deno.test("/inv/ answers all tokens alike that are not good", async () => {
  const texts = new Set<string>();
  for (
    const token of ["unknown1", "%3Cscript%3E", "%C3%BF", "x".repeat(500)]
  ) {
    const { response, text } = await ask(`/inv/${token}`, {}, {
      invitations: INVITATIONS,
    });
    assert.equal(response.status, 404);
    texts.add(text);
    assert.doesNotMatch(text, /<script>|unknown1/);
  }
  assert.equal(texts.size, 1);
  for (const path of ["/inv", "/inv/"]) {
    const none = await ask(path);
    assert.equal(none.response.status, 404);
    assert.match(none.text, /No invitation code/);
  }
});

Deno.test("who tries too many invitations waits", async () => {
  const { response, text, refusals } = await ask("/inv/good1234?lang=ru", {}, {
    refusal: new Refusal("registration_limited", { retryAfterSeconds: 60 }),
  });
  assert.equal(response.status, 429);
  assert.equal(response.headers.get("retry-after"), "60");
  assert.match(text, /время ожидания: 1 минута/);
  assert.deepEqual(refusals, ["registration_limited"]);
});

for (
  const [name, path, given, status] of [
    ["of the sign-up link", "/qr/account.svg", {}, 200],
    ["of a link that apps would not trust", "/qr/account.svg", {
      facts: SELF_SIGNED,
    }, 404],
    ["of a link in clear", "/qr/account.svg", {
      peer: { address: "192.0.2.1", secure: false },
      facts: SELF_SIGNED,
    }, 404],
    ["of an invitation", "/qr/inv/good1234.svg", {
      invitations: INVITATIONS,
    }, 200],
    ["of none", "/qr/inv/bad12345.svg", { invitations: INVITATIONS }, 404],
    ["of any text", "/qr?data=x", {}, 410],
    ["of nothing", "/qr", {}, 404],
  ] as readonly [string, string, Ask, number][]
) {
  Deno.test(`the QR code ${name} is ${status}`, async () => {
    const { response } = await ask(path, {}, given);
    assert.equal(response.status, status);
    if (status === 200) {
      assert.equal(response.headers.get("content-type"), "image/svg+xml");
    }
  });
}

Deno.test("security.txt names who is told of weaknesses", async () => {
  const path = "/.well-known/security.txt";
  assert.equal((await ask(path)).response.status, 404);
  const web = { ...FACTS.web, securityContact: "security@relay.example" };
  const { response, text } = await ask(path, {}, { facts: { ...FACTS, web } });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type")!, /^text\/plain/);
  assert.match(text, /^Contact: mailto:security@relay\.example\nExpires: /);
  const expires = Date.parse(/Expires: (.*)/.exec(text)![1]!);
  assert.ok(Number.isFinite(expires));
  assert.match(text, /\nCanonical: https:\/\/relay\.example\/\.well-known/);
});

Deno.test("pages answer other methods with what is allowed", async () => {
  for (const path of [...PATHS.filter((one) => one !== "/new"), "/inv/abc"]) {
    const { response } = await ask(path, { method: "DELETE" });
    assert.equal(response.status, 405, path);
    assert.equal(response.headers.get("allow"), "GET, HEAD");
  }
});

Deno.test("a page that is not there says so in the language of who asks", async () => {
  const { response, text } = await ask("/nothing.html", {
    headers: { ...HTML, "accept-language": "es" },
  });
  assert.equal(response.status, 404);
  assert.match(text, /Aquí no hay ninguna página así/);
});

Deno.test("what is refused at /new is said in the language of who asks", async () => {
  const { response, text } = await ask("/new", {
    method: "POST",
    headers: { "accept-language": "fa" },
  }, { refusal: new Refusal("registration_closed") });
  assert.equal(response.status, 403);
  const { reason, error, code } = JSON.parse(text);
  assert.equal(code, "closed");
  assert.equal(reason, "ثبت‌نام بسته است");
  assert.equal(error, reason);
});

Deno.test("the invitation of a site that hides loads nothing and leads nowhere else", async () => {
  const { response, text } = await ask("/inv/good1234", {}, {
    invitations: INVITATIONS,
    facts: { ...FACTS, web: { ...FACTS.web, webClient: true } },
    stealth: { mode: "minimal", decoyDir: "", gateKey: "" },
  });
  assert.equal(response.status, 200);
  assert.doesNotMatch(text, /<link|<script|<nav|\/static\/|href="\//);
  const style = /<style>([^]*)<\/style>/.exec(text)![1]!;
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(style),
  );
  const hash = new Uint8Array(digest).toBase64();
  const policy = response.headers.get("content-security-policy")!;
  assert.ok(policy.includes(`style-src 'sha256-${hash}'`), policy);
});

for (
  const [accepted, coding] of [
    ["br, gzip", "br"],
    ["br;q=0.1, gzip", "gzip"],
    ["identity", null],
    ["", null],
  ] as const
) {
  Deno.test(`files of the pages are sent as "${accepted}" takes them`, async () => {
    const { text } = await ask("/");
    const path = /href="([^"]+\.css)"/.exec(text)![1]!;
    const plain = await ask(path);
    const wanted = { headers: { "accept-encoding": accepted } };
    const { response } = await ask(path, wanted);
    assert.equal(response.headers.get("content-encoding"), coding);
    assert.equal(response.headers.get("vary"), "accept-encoding");
    const etag = response.headers.get("etag")!;
    assert.match(etag, /^"/);
    const own = plain.response.headers.get("etag");
    assert.equal(etag === own, coding === null);
    const again = await ask(path, {
      headers: { ...wanted.headers, "if-none-match": etag },
    });
    assert.equal(again.response.status, 304);
    assert.equal(again.text, "");
  });
}

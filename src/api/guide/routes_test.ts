import assert from "node:assert/strict";
import { ask, FACTS } from "../../../tests/harness/test_site.ts";
import { TOPICS } from "../../../web/guide/topics.ts";
import { LANGUAGES } from "../../../web/i18n/languages.ts";
import { searchEntries } from "./guide.ts";

const OTHER = {
  ...FACTS,
  domain: "[192.0.2.1]",
  publicUrl: "https://192.0.2.1:8443",
};

for (const language of LANGUAGES) {
  Deno.test(`the guide in ${language} lists its topics, and each is there`, async () => {
    const { response, text } = await ask(`/docs/?lang=${language}`);
    assert.equal(response.status, 200);
    for (const { name } of TOPICS) {
      assert.ok(text.includes(`href="/docs/${name}"`), name);
      const topic = await ask(`/docs/${name}?lang=${language}`);
      assert.equal(topic.response.status, 200, name);
      const inside = name === "api" ? "en" : language;
      assert.ok(topic.text.includes(`<article class="card" lang="${inside}"`));
      const links = topic.text.matchAll(/href="\/docs\/([a-z-]+)/g);
      for (const [, to] of links) {
        assert.ok(TOPICS.some((one) => one.name === to), `${name} → ${to}`);
      }
    }
  });
}

Deno.test("the guide names the server that shows it, but not where another is made", async () => {
  const general = await ask("/docs/general", {}, { facts: OTHER });
  assert.match(general.text, /<code dir="ltr">\[192\.0\.2\.1\]<\/code>/);
  assert.doesNotMatch(general.text, /chat\.example/);
  const web = await ask("/docs/webimap", {}, { facts: OTHER });
  assert.match(web.text, /https:\/\/192\.0\.2\.1:8443\/app/);
  const relay = await ask("/docs/relay", {}, { facts: OTHER });
  assert.match(relay.text, /install --simple --domain chat\.example --start/);
  const renamed = await ask("/docs/relay", {}, {
    facts: { ...OTHER, web: { ...OTHER.web, programName: "foo" } },
  });
  assert.match(renamed.text, /\.\/foo install/);
  assert.doesNotMatch(renamed.text, /postern/);
});

Deno.test("names that other relays have for a topic lead to it", async () => {
  for (const name of ["tls", "serve", "what-it-is", "quota"]) {
    assert.equal((await ask(`/docs/${name}`)).response.status, 200, name);
  }
  const moved = await ask("/docs");
  assert.equal(moved.response.status, 308);
  assert.equal(moved.response.headers.get("location"), "/docs/");
});

for (const name of ["nothing", "constructor", "general.md", "a%2fb"]) {
  Deno.test(`/docs/${name} is not there`, async () => {
    assert.equal((await ask(`/docs/${name}/`)).response.status, 404);
    const { response } = await ask(`/docs/${name}x`);
    assert.equal(response.status, 404);
  });
}

for (
  const [language, typed, topic] of [
    ["en", "invitation token", "accounts"],
    ["fa", "دعوت نامه", "accounts"],
    ["ru", "приглашений", "accounts"],
    ["es", "invitacion", "accounts"],
  ] as const
) {
  Deno.test(`without a script the guide is searched by the server, in ${language}`, async () => {
    const q = encodeURIComponent(typed);
    const { text } = await ask(`/docs/?lang=${language}&q=${q}`);
    const results = text.slice(text.indexOf("data-results"));
    const found = results.slice(0, results.indexOf("</search>"));
    assert.match(found, new RegExp(`<li><a href="/docs/${topic}[#"]`));
    assert.ok(text.includes(`name="q" value="${typed}"`));
    assert.match(text, /<search [^>]*><form action="\/docs\/">/);
  });
}

Deno.test("what is not found is said, what is asked is only text, and nothing is no question", async () => {
  const none = await ask("/docs/?q=xyzzyplugh");
  assert.match(none.text, /Nothing was found\./);
  const markup = await ask(
    "/docs/?q=%22%3E%3Cscript%3Ealert%281%29%3C/script%3E",
  );
  assert.equal(markup.response.status, 200);
  assert.doesNotMatch(markup.text, /<script>alert/);
  const long = await ask(`/docs/?q=${"quota+".repeat(1000)}`);
  assert.equal(long.response.status, 200);
  assert.match(long.text, /<li><a href="\/docs\//);
  for (const q of ["", "q=", "q=%20"]) {
    const { text } = await ask(`/docs/?${q}`);
    assert.ok(!text.includes("<p>Nothing was found.</p>"));
  }
});

Deno.test("who is shown nothing for operators finds nothing of it", async () => {
  const web = { ...FACTS.web, operatorDocs: false };
  const given = { facts: { ...FACTS, web } };
  const { text } = await ask("/docs/?q=docker", {}, given);
  assert.doesNotMatch(text, /href="\/docs\/docker/);
});

Deno.test("a guide that is switched off is not there, nor linked", async () => {
  const web = { ...FACTS.web, docs: false, operatorDocs: false };
  const given = { facts: { ...FACTS, web } };
  for (
    const path of ["/docs", "/docs/", "/docs/general", "/docs/search.json"]
  ) {
    assert.equal((await ask(path, {}, given)).response.status, 404, path);
  }
  assert.doesNotMatch((await ask("/", {}, given)).text, /docs/);
});

Deno.test("without what it says to operators the guide has no word of it", async () => {
  const web = { ...FACTS.web, operatorDocs: false };
  const given = { facts: { ...FACTS, web } };
  assert.equal((await ask("/docs/admin", {}, given)).response.status, 404);
  assert.equal((await ask("/docs/general", {}, given)).response.status, 200);
  const { text } = await ask("/docs/", {}, given);
  assert.doesNotMatch(text, /href="\/docs\/admin"/);
  const search = await ask("/docs/search.json", {}, given);
  const found = JSON.parse(search.text) as { readonly href: string }[];
  assert.ok(found.length > 3);
  assert.ok(!found.some(({ href }) => href === "/docs/admin"));
});

Deno.test("what is searched is made once, not for each who asks", () => {
  const entries = () => searchEntries(["users", "operators"], "fa", FACTS);
  assert.ok(entries().length > 10);
  assert.equal(entries(), entries());
  assert.notEqual(entries(), searchEntries(["users"], "fa", FACTS));
  assert.notEqual(
    entries(),
    searchEntries(["users", "operators"], "fa", OTHER),
  );
});

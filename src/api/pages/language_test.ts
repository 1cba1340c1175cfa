import assert from "node:assert/strict";
import { LANGUAGES } from "../../../web/i18n/languages.ts";
import { siteLanguage } from "../../config/web_kinds.ts";
import { languageCookie, languageOf } from "./language.ts";

function asked(path: string, headers: Record<string, string> = {}): Request {
  return new Request(`https://relay.example${path}`, { headers });
}

for (
  const [name, path, headers, server, want] of [
    ["nothing is said", "/", {}, "auto", "en"],
    ["the server says", "/", {}, "fa", "fa"],
    ["the browser asks", "/", { "accept-language": "ru" }, "fa", "ru"],
    [
      "a region is asked for",
      "/",
      { "accept-language": "es-AR,es;q=0.8" },
      "auto",
      "es",
    ],
    [
      "several are asked for",
      "/",
      { "accept-language": "de, en;q=0.5, fa;q=0.9" },
      "auto",
      "fa",
    ],
    [
      "one is refused",
      "/",
      { "accept-language": "ru;q=0, de" },
      "auto",
      "en",
    ],
    [
      "weights cannot be read",
      "/",
      { "accept-language": "ru;q=x, es;q=9, fa;q=0.1" },
      "auto",
      "fa",
    ],
    [
      "the cookie says",
      "/",
      { "accept-language": "ru", cookie: "a=b; lang=es" },
      "auto",
      "es",
    ],
    [
      "the link says",
      "/?lang=fa",
      { "accept-language": "ru", cookie: "lang=es" },
      "auto",
      "fa",
    ],
    [
      "link and cookie are wrong",
      "/?lang=../../etc",
      { "accept-language": "ru", cookie: "lang=xx" },
      "es",
      "ru",
    ],
    [
      "too many are asked for",
      "/",
      { "accept-language": "de,".repeat(30) + "ru" },
      "auto",
      "en",
    ],
  ] as const
) {
  Deno.test(`languageOf() when ${name}`, () => {
    assert.equal(languageOf(asked(path, headers), server), want);
  });
}

Deno.test("languageCookie() keeps what a link chose, and nothing else", () => {
  const at = (path: string) => new URL(path, "https://relay.example");
  assert.equal(
    languageCookie(at("/?lang=fa"), true),
    "lang=fa; Path=/; Max-Age=31536000; SameSite=Lax; Secure",
  );
  assert.doesNotMatch(languageCookie(at("/?lang=fa"), false)!, /Secure/);
  assert.equal(languageCookie(at("/?lang=zz"), true), undefined);
  assert.equal(languageCookie(at("/"), true), undefined);
});

Deno.test("the server can be set to every language that pages are in", () => {
  for (const language of ["auto", ...LANGUAGES]) {
    assert.equal(siteLanguage.parse(language), language);
  }
  assert.equal(
    siteLanguage.name,
    `one of auto, ${LANGUAGES.join(", ")}`,
  );
});

/**
 * The guide is searched in each language as people type: other forms of words,
 * accents left out, the joiner of Persian left out or a blank in its place.
 */
import assert from "node:assert/strict";
import { TOPICS } from "../../web/guide/topics.ts";
import type { Language } from "../../web/i18n/languages.ts";
import {
  type Entry,
  folded,
  look,
  stemOf,
  wantedOf,
} from "../../web/guide/search.ts";
import { REPOSITORY } from "../harness/server_process.ts";

async function guideIn(language: Language): Promise<Entry[]> {
  const { pages } = JSON.parse(
    await Deno.readTextFile(`${REPOSITORY}/build/web/guide.json`),
  );
  return TOPICS.flatMap(({ name }) => {
    const page = pages[language][name];
    return page ? [{ ...page, href: `/docs/${name}` }] : [];
  });
}

/** What is typed, and a topic among the first three that are found. */
const ASKED: readonly (readonly [Language, string, string])[] = [
  ["en", "invitation", "accounts"],
  ["en", "invited", "accounts"],
  ["en", "encrypting", "privacy"],
  ["en", "CALL", "calls"],
  ["en", "doctor --only", "troubleshooting"],
  ["es", "invitaciones", "accounts"],
  ["es", "invitacion", "accounts"],
  ["es", "retransmisores", "relay"],
  ["es", "contrasena", "accounts"],
  ["es", "cifrados", "privacy"],
  ["es", "llamada", "calls"],
  ["ru", "приглашений", "accounts"],
  ["ru", "учетной записью", "accounts"],
  ["ru", "учётные записи", "accounts"],
  ["ru", "звонков", "calls"],
  ["ru", "шифрование", "privacy"],
  ["ru", "резервные копии", "quick-start"],
  ["fa", "پیام‌ها", "federation"],
  ["fa", "پیامها", "federation"],
  ["fa", "گذرواژه", "accounts"],
  ["fa", "دعوت نامه", "accounts"],
  ["fa", "تماسها", "calls"],
  ["fa", "حسابهای", "accounts"],
  ["fa", "پروكسي", "calls"],
];

for (const [language, typed, topic] of ASKED) {
  Deno.test(`look() finds ${topic} by ${typed}`, async () => {
    const found = look(await guideIn(language), typed, language);
    const first = found.slice(0, 3).map(({ href }) => href.replace(/#.*/, ""));
    assert.ok(first.includes(`/docs/${topic}`), first.join(" "));
  });
}

Deno.test("look() finds nothing by what stands nowhere, or by nothing", async () => {
  const guide = await guideIn("en");
  for (const typed of ["xyzzyplugh", "", " ", "a", "quota xyzzyplugh", "-"]) {
    assert.deepEqual(look(guide, typed, "en"), [], typed);
  }
});

Deno.test("look() shows the text around what was found, as it is written", () => {
  const text = `${"слово ".repeat(30)}Ещё и «учётные записи» ${
    "слово ".repeat(30)
  }`;
  const [found] = look(
    [{ href: "/a", title: "", headings: [], text }],
    "учетных",
    "ru",
  );
  assert.match(found?.text ?? "", /^….*Ещё и «учётные записи».*…$/);
});

Deno.test("folded() keeps where each letter came from", () => {
  const original = "می‌خواهم Ñandú ۱۲ Йод";
  const { text, places } = folded(original);
  assert.equal(text, "میخواهم nandu 12 йод");
  assert.equal(places.length, text.length);
  assert.equal(original[places[text.indexOf("n")]!], "Ñ");
  assert.equal(original[places[text.indexOf("1")]!], "۱");
});

Deno.test("stemOf() leaves short words alone", () => {
  assert.equal(stemOf("dns", "en"), "dns");
  assert.equal(stemOf("как", "ru"), "как");
});

Deno.test("wantedOf() is bounded by what was typed", () => {
  assert.equal(wantedOf("x".repeat(10_000), "en").length, 1);
  assert.equal(wantedOf("a b c dd", "en").length, 1);
});

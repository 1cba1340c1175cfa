/** What conditions have in their brackets, in another language. */
import assert from "node:assert/strict";
import { useCatalogue } from "../../web/browser/panel/i18n/translate.ts";
import { bracketOf } from "../../web/browser/panel/watch/finding_words.ts";
import RUSSIAN from "../../web/locales/ru/doctor.json" with { type: "json" };

const SAID: [string, string | undefined][] = [
  [
    "the load per core is 2.9, registration.max_load_1m is 2.5",
    "нагрузка на ядро — 2.9, registration.max_load_1m — 2.5",
  ],
  ["it ended on 2026-01-02", "срок истёк 2026-01-02"],
  [
    "TXT a.example: there is no such record; TXT b.example: there is no such record",
    "TXT a.example: такой записи нет; TXT b.example: такой записи нет",
  ],
  ["something that no catalogue has", undefined],
  [
    "it ended on 2026-01-02; and something else",
    "срок истёк 2026-01-02; and something else",
  ],
];
for (const [text, said] of SAID) {
  Deno.test(`bracketOf() says "${text.slice(0, 50)}" in Russian`, () => {
    useCatalogue("ru", RUSSIAN);
    const shown = bracketOf(text)?.replace(/[\u2068\u2069]/g, "");
    useCatalogue("en", {});
    assert.equal(shown, said);
  });
}

/** Words that follow a number, as each language counts. */
import assert from "node:assert/strict";
import { t, useCatalogue } from "../../web/browser/panel/i18n/translate.ts";

for (
  const [language, text, said] of [
    ["en", "{count} {count|day|days}", {
      0: "0 days",
      1: "1 day",
      2: "2 days",
    }],
    ["es", "{count} {count|día|días}", {
      1: "1 día",
      2: "2 días",
      1e6: "1.000.000 días",
    }],
    ["ru", "{count} {count|день|дня|дней}", {
      1: "1 день",
      3: "3 дня",
      5: "5 дней",
      11: "11 дней",
      21: "21 день",
      1.5: "1,5 дня",
    }],
    ["fa", "{count} روز", { 1: "۱ روز", 12: "۱۲ روز" }],
  ] as const
) {
  Deno.test(`t() counts in ${language}`, () => {
    useCatalogue(language, { text });
    for (const [count, want] of Object.entries(said)) {
      assert.equal(t("text", { count: Number(count) }), want);
    }
    useCatalogue("en", {});
  });
}

Deno.test("t() keeps a Latin name from turning Persian words", () => {
  useCatalogue("fa", { text: "تغییر {name}" });
  assert.equal(
    t("text", { name: "chat.example" }),
    "تغییر \u2068chat.example\u2069",
  );
  useCatalogue("ru", { text: "Изменить {name}" });
  assert.equal(t("text", { name: "chat.example" }), "Изменить chat.example");
  useCatalogue("en", {});
});

import assert from "node:assert/strict";
import { Words } from "../../../web/i18n/words.ts";
import { retentionSentences } from "./sentences.ts";

const ENGLISH = new Words("en");

for (
  const [seconds, words] of [
    [0, "0 seconds"],
    [1, "1 second"],
    [90, "1 minute 30 seconds"],
    [3600, "1 hour"],
    [129_600, "1 day 12 hours"],
    [1_728_000, "20 days"],
  ] as const
) {
  Deno.test(`duration(${seconds}) is ${words}`, () => {
    assert.equal(ENGLISH.duration(seconds), words);
  });
}

for (
  const [language, days, size] of [
    ["en", "20 days", "1.5 GiB"],
    ["fa", "۲۰ روز", "۱٫۵ گیبی‌بایت"],
    ["ru", "20 дней", "1,5 ГиБ"],
    ["es", "20 días", "1,5 GiB"],
  ] as const
) {
  Deno.test(`units and numbers in ${language}`, () => {
    const words = new Words(language);
    assert.equal(words.duration(1_728_000), days);
    assert.equal(words.size(1.5 * 1024 ** 3), size);
  });
}

for (
  const [name, retention, sentences] of [
    ["nothing", {}, ["Messages stay here until an app deletes them."]],
    [
      "everything",
      {
        messagesSeconds: 1_728_000,
        largeSeconds: 604_800,
        largeOctets: 200_000,
        seenSeconds: 3600,
        inactiveAccountsSeconds: 7_776_000,
        unusedAccountsSeconds: 86_400,
      },
      [
        "Messages are deleted here after 20 days.",
        "Messages over 195 KiB are deleted after 7 days, once they have been read.",
        "Messages are deleted 1 hour after they have been read.",
        "Accounts that nobody has used for 90 days are deleted.",
        "New accounts that nobody ever uses are deleted after 1 day.",
      ],
    ],
    [
      "large mail that is deleted as any other",
      { messagesSeconds: 60, largeSeconds: 120, largeOctets: 1 },
      ["Messages are deleted here after 1 minute."],
    ],
  ] as const
) {
  Deno.test(`retentionSentences() of ${name}`, () => {
    assert.deepEqual(retentionSentences(retention, ENGLISH), sentences);
  });
}

Deno.test("t() sets values apart where writing goes from right to left", () => {
  assert.equal(
    new Words("fa").t("invite_text", { domain: "chat.example" }),
    "با این دعوت می‌توانید روی \u2068chat.example\u2069 حساب بسازید.",
  );
  assert.equal(
    ENGLISH.t("invite_text", { domain: "a$&b{domain}" }),
    "With this invitation you can create an account on a$&b{domain}.",
  );
});

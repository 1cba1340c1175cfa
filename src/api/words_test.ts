import assert from "node:assert/strict";
import { contactOf, durationWords, retentionSentences } from "./words.ts";

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
  Deno.test(`durationWords(${seconds}) is ${words}`, () => {
    assert.equal(durationWords(seconds), words);
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
        "Messages over 195 KiB are deleted after 7 days, once they were read.",
        "Messages are deleted 1 hour after they were read.",
        "Accounts without a login for 90 days are deleted.",
        "Accounts that nobody ever logs in to are deleted after 1 day.",
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
    assert.deepEqual(retentionSentences(retention), sentences);
  });
}

for (
  const [text, want] of [
    ["", undefined],
    ["  ", undefined],
    ["mailto:a@b.example", { text: "a@b.example", href: "mailto:a@b.example" }],
    ["a@b.example", { text: "a@b.example", href: "mailto:a@b.example" }],
    ["https://b.example/x", {
      text: "https://b.example/x",
      href: "https://b.example/x",
    }],
    ["javascript:alert(1)", { text: "javascript:alert(1)" }],
    ["ask Ann at the bar", { text: "ask Ann at the bar" }],
  ] as const
) {
  Deno.test(`contactOf("${text}")`, () => {
    assert.deepEqual(contactOf(text), want);
  });
}

/** What pages say in words and numbers, in the language of who reads. @module */
import type { TextKey, Words } from "../../../web/i18n/words.ts";
import type { SignUpRules, SiteRetention } from "../site_backend.ts";

/** What is deleted when, a sentence each. */
export function retentionSentences(
  retention: SiteRetention,
  words: Words,
): string[] {
  const { messagesSeconds, largeSeconds, largeOctets, seenSeconds } = retention;
  const aged = (key: TextKey, seconds: number) =>
    words.t(key, { age: words.duration(seconds) });
  const sentences = [messageSentence(retention, words)];
  if (
    largeSeconds !== undefined && largeSeconds < (messagesSeconds ?? Infinity)
  ) {
    sentences.push(words.t("retention_large", {
      size: words.size(largeOctets ?? 0),
      age: words.duration(largeSeconds),
    }));
  }
  if (seenSeconds !== undefined) {
    sentences.push(aged("retention_seen", seenSeconds));
  }
  const { inactiveAccountsSeconds, unusedAccountsSeconds } = retention;
  if (inactiveAccountsSeconds !== undefined) {
    sentences.push(aged("retention_inactive", inactiveAccountsSeconds));
  }
  if (unusedAccountsSeconds !== undefined) {
    sentences.push(aged("retention_unused", unusedAccountsSeconds));
  }
  return sentences;
}

export function messageSentence(
  { messagesSeconds }: SiteRetention,
  words: Words,
): string {
  return messagesSeconds === undefined
    ? words.t("retention_messages_forever")
    : words.t("retention_messages", { age: words.duration(messagesSeconds) });
}

/** What a chosen name and password have to be. */
export function ruleSentences(
  { minNameLength, maxNameLength, passwordMinLength }: SignUpRules,
  words: Words,
): { readonly name: string; readonly password: string } {
  return {
    name: words.t("form_name_rule", {
      min: words.number(minNameLength),
      max: words.number(maxNameLength),
    }),
    password: words.t("form_password_rule", {
      min: words.number(passwordMinLength),
    }),
  };
}

/** Why something was refused, in the language of who reads. @module */
import { isTextKey, type Words } from "../../../web/i18n/words.ts";
import type { HttpRefusal } from "../refusals.ts";
import type { SignUpRules } from "../site_backend.ts";
import { ruleSentences } from "./sentences.ts";

/** In English what is refused says more of the rule that was broken. */
const EXPLAINED = new Set([
  "username_invalid",
  "password_too_short",
  "password_invalid",
]);

/** To a program: in English by the words that programs know. */
export function refusalText(
  refusal: HttpRefusal,
  words: Words,
  rules?: SignUpRules,
): string {
  return words.language === "en"
    ? refusal.text
    : shownRefusal(refusal, words, rules);
}

/** On a page, by the words that are on it. */
export function shownRefusal(
  refusal: HttpRefusal,
  words: Words,
  rules?: SignUpRules,
): string {
  if (words.language === "en" && EXPLAINED.has(refusal.code)) {
    return refusal.text;
  }
  const key = `error_${refusal.subject ?? refusal.code}`;
  if (!isTextKey(key)) return refusal.text;
  const reason = words.t(key);
  if (refusal.retryAfterSeconds !== undefined) {
    const wait = words.duration(refusal.retryAfterSeconds);
    return words.t("error_try_again", { reason, wait });
  }
  const rule = rules && ruleOf(refusal.code, rules, words);
  if (rule === undefined) return reason;
  // the page ends the sentence, as it does others
  return words.t("error_with_rule", { reason, rule: rule.replace(/\.$/, "") });
}

function ruleOf(
  code: string,
  rules: SignUpRules,
  words: Words,
): string | undefined {
  if (code === "username_invalid") return ruleSentences(rules, words).name;
  if (code === "password_too_short") {
    return ruleSentences(rules, words).password;
  }
  return undefined;
}

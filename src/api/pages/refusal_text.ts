/** Why something was refused, in the language of who reads. @module */
import { isTextKey, type Words } from "../../../web/i18n/words.ts";
import type { HttpRefusal } from "../refusals.ts";
import type { SignUpRules } from "../site_backend.ts";
import { ruleSentences } from "./sentences.ts";

/**
 * English is written where the refusals are, and says more of a rule that was
 * broken; in other languages the rule itself is said.
 */
export function refusalText(
  refusal: HttpRefusal,
  words: Words,
  rules?: SignUpRules,
): string {
  if (words.language === "en") return refusal.text;
  const key = `error_${refusal.subject ?? refusal.code}`;
  if (!isTextKey(key)) return refusal.text;
  const reason = words.t(key);
  if (refusal.retryAfterSeconds !== undefined) {
    const wait = words.duration(refusal.retryAfterSeconds);
    return words.t("error_try_again", { reason, wait });
  }
  const rule = rules && ruleOf(refusal.code, rules, words);
  return rule === undefined
    ? reason
    : words.t("error_with_rule", { reason, rule });
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

/** What went wrong, in words for people; what only a log can use goes there. @module */
import { has, t } from "../../../panel/i18n/translate.ts";
import { RefusedError, RelayError, Unreachable } from "../../net/mail_link.ts";
import { NotKept } from "../../storage/vault.ts";

/** By what servers say (RFC 3463, and in words that clients compare). */
const RELAY: readonly (readonly [what: RegExp, key: string])[] = [
  [/\b5\.2\.2\b|quota/i, "mailbox_full"],
  [/\b5\.1\.1\b|no such user/i, "no_such_user"],
  [/\b5\.1\.2\b|no such domain/i, "no_such_domain"],
  [/\b5\.3\.4\b|too (?:big|large)\b/i, "message_too_large"],
  [/\b4\.7\.1\b|too (?:many|much)\b|rate_limited/i, "too_much"],
  [/federation rejected|policy_rejection|\b5\.7\.1\b/i, "not_allowed"],
  [/encryption needed/i, "not_encrypted"],
  [/user blocked|session revoked|invalid credentials/i, "refused"],
  [/mailbox already exists|mailbox_exists/i, "folder_exists"],
  [/mailbox name/i, "folder_name"],
  [/unknown mailbox|unknown_mailbox/i, "folder_gone"],
  [/(?:delete|rename) inbox/i, "folder_stays"],
  [/message not found|message_not_found/i, "message_gone"],
  [/password_too_short/, "password_too_short"],
  [/password_(?:invalid|too_long)/, "password_invalid"],
  [/\b(?:4\.\d+\.\d+|busy|internal error)\b/i, "relay_later"],
];
/** As browsers name what hinders them. */
const BROWSER: Readonly<Record<string, string>> = {
  NotReadableError: "no_file",
  NotFoundError: "no_file",
  NotAllowedError: "not_permitted",
  QuotaExceededError: "no_room",
  SecurityError: "not_permitted",
};

export function said(error: unknown): string {
  if (error instanceof RefusedError) return t("app.error.refused");
  if (error instanceof Unreachable) return t("app.error.unreachable");
  if (error instanceof NotKept) return t("app.error.no_room");
  if (error instanceof RelayError) {
    return error.isForPeople
      ? error.message
      : relaySaid(`${error.code ?? ""} ${error.message}`);
  }
  if (error instanceof DOMException && BROWSER[error.name]) {
    return t(`app.error.${BROWSER[error.name]}`);
  }
  const text = error instanceof Error ? error.message : "";
  if (has(`app.error.${text}`)) return t(`app.error.${text}`);
  // deno-lint-ignore no-console -- of no use to people, and all there is for who looks into it
  console.error(error);
  return t("app.error.unknown");
}

/** Why a message of ours was not sent, as it was kept. */
export function notSent(error: string): string {
  return has(`app.error.${error}`) ? t(`app.error.${error}`) : relaySaid(error);
}

function relaySaid(text: string): string {
  const key = RELAY.find(([what]) => what.test(text))?.[1];
  if (key) return t(`app.error.${key}`);
  return t("app.error.relay_said", { words: text.trim() });
}

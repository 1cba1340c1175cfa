/** What went wrong, in words for people. @module */
import { has, t } from "../../../panel/i18n/translate.ts";
import { Unreachable } from "../../net/mail_link.ts";
import { RefusedError } from "../../net/web_mail.ts";

export function said(error: unknown): string {
  if (error instanceof RefusedError) return t("app.error.refused");
  if (error instanceof Unreachable) return t("app.error.unreachable");
  const text = error instanceof Error ? error.message : String(error);
  return has(`app.error.${text}`) ? t(`app.error.${text}`) : text;
}

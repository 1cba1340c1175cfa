/** What a chat is called. @module */
import { t } from "../../../panel/i18n/translate.ts";
import type { Chat } from "../../model/types.ts";

export function chatName({ kind, name }: Chat): string {
  return kind === "clear" ? t("app.clear") : name;
}

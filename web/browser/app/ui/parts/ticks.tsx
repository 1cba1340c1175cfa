/** How far a message of ours has come. @module */
import type { JSX } from "preact";
import { t } from "../../../panel/i18n/translate.ts";
import type { ChatMessage } from "../../model/types.ts";
import { Symbol, type SymbolName } from "./symbol.tsx";

const SIGNS: Readonly<Partial<Record<ChatMessage["state"], SymbolName>>> = {
  sending: "clock",
  sent: "check",
  read: "checks",
  failed: "alert",
};

export function Ticks(
  { state }: Pick<ChatMessage, "state">,
): JSX.Element | null {
  const sign = SIGNS[state];
  if (!sign) return null;
  return (
    <span class={`app-ticks ${state}`} title={t(`app.message.${state}`)}>
      <Symbol name={sign} />
      <span class="unseen">{t(`app.message.${state}`)}</span>
    </span>
  );
}

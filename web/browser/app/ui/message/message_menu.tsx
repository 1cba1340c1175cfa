/** What one can do with a message, beside it; on phones below all. @module */
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../../panel/i18n/translate.ts";
import type { ChatMessage } from "../../model/types.ts";
import { Symbol, type SymbolName } from "../parts/symbol.tsx";

export type MessageAction =
  | "answer"
  | "copy"
  | "edit"
  | "forward"
  | "take_back"
  | "forget";

interface MessageMenuProps {
  readonly message: ChatMessage;
  /** Where it was asked for. */
  readonly beside: DOMRect;
  readonly actions: readonly MessageAction[];
  readonly canReact: boolean;
  readonly onAction: (action: MessageAction) => void;
  /** "": taken back. */
  readonly onReact: (emoji: string) => void;
  readonly onClose: () => void;
}

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏", "🎉"];
const SIGNS: Readonly<Record<MessageAction, SymbolName>> = {
  answer: "reply",
  copy: "copy",
  edit: "pencil",
  forward: "forward",
  take_back: "bin",
  forget: "close",
};
const MARGIN = 8;

export function MessageMenu(
  { message, beside, actions, canReact, onAction, onReact, onClose }:
    MessageMenuProps,
): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const box = dialog.current;
    if (!box) return;
    box.showModal();
    const { width, height } = box.getBoundingClientRect();
    const within = (at: number, size: number, all: number) =>
      Math.max(MARGIN, Math.min(at, all - size - MARGIN));
    const x = message.from === "" ? beside.right - width : beside.left;
    const isBelow = beside.bottom + height + MARGIN < innerHeight;
    const y = isBelow ? beside.bottom : beside.top - height;
    box.style.setProperty("--x", `${within(x, width, innerWidth)}px`);
    box.style.setProperty("--y", `${within(y, height, innerHeight)}px`);
  }, []);
  const given = message.reactions[""];
  return (
    <dialog
      ref={dialog}
      class="app-menu"
      aria-label={t("app.actions")}
      onClose={onClose}
      onClick={({ target }) => target === dialog.current && onClose()}
    >
      {canReact && (
        <div class="app-reactions" role="group" aria-label={t("app.react")}>
          {EMOJI.map((emoji) => (
            <button
              key={emoji}
              type="button"
              class="app-icon-button"
              aria-pressed={given === emoji ? "true" : "false"}
              onClick={() => onReact(given === emoji ? "" : emoji)}
            >
              {emoji}
            </button>
          ))}
        </div>
      )}
      {actions.map((action) => (
        <button
          key={action}
          type="button"
          class={action === "take_back" ? "app-menu-item bad" : "app-menu-item"}
          onClick={() => onAction(action)}
        >
          <Symbol name={SIGNS[action]} /> {t(`app.do.${action}`)}
        </button>
      ))}
    </dialog>
  );
}

/**
 * Questions that come before everything else. The browser's own dialog keeps
 * the focus inside, gives it back, and closes with Esc.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { CallError } from "../client/call.ts";
import { t } from "../i18n/translate.ts";
import { Button } from "./button.tsx";
import { errorText } from "./state.tsx";
import { TextField } from "./fields.tsx";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly wide?: boolean;
  /** Neither Esc nor a cross close it. */
  readonly stays?: boolean;
  readonly children: ComponentChildren;
}

export function Dialog(
  { title, onClose, wide = false, stays = false, children }: DialogProps,
): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useLayoutEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      if (shown?.open) shown.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? "dialog wide" : "dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        if (!stays) onClose();
      }}
      onClose={() => {
        // browsers close it without a question when Esc is pressed again
        if (!dialog.current) return; // it is gone already
        if (stays) dialog.current.showModal();
        else onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current && !stays) onClose();
      }}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id={heading}>{title}</h2>
          {!stays && (
            <Button small label={t("dialog.close")} onClick={onClose}>
              <span aria-hidden="true">✕</span>
            </Button>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}

export interface ConfirmDialogProps {
  readonly title: string;
  /** What will happen, with counts. */
  readonly children: ComponentChildren;
  readonly confirmLabel: string;
  /** A word that has to be typed first. */
  readonly typeToConfirm?: string;
  readonly danger?: boolean;
  /** An error in words for people; without it, as of the admin API. */
  readonly said?: (error: unknown) => string;
  /** Closed after it; an error that it throws is shown, and nothing is closed. */
  readonly onConfirm: () => void | Promise<unknown>;
  readonly onClose: () => void;
}

export function ConfirmDialog(
  {
    title,
    children,
    confirmLabel,
    typeToConfirm,
    danger = false,
    said = (error) =>
      error instanceof CallError ? errorText(error) : String(error),
    onConfirm,
    onClose,
  }: ConfirmDialogProps,
): JSX.Element {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const isReady = typeToConfirm === undefined ||
    typed.trim() === typeToConfirm;
  // while it is done nothing else is opened, which its end would close
  return (
    <Dialog title={title} onClose={onClose} stays={busy}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          if (!isReady || busy) return;
          setBusy(true);
          setError(undefined);
          try {
            await onConfirm();
            onClose();
          } catch (failure) {
            setError(failure);
            setBusy(false);
          }
        }}
      >
        <div class="dialog-text">{children}</div>
        {typeToConfirm !== undefined && (
          <TextField
            label={t("dialog.type", { word: typeToConfirm })}
            value={typed}
            onChange={setTyped}
          />
        )}
        {error !== undefined && (
          <p class="problem" role="alert">
            {said(error)}
          </p>
        )}
        <footer class="dialog-foot">
          <Button disabled={busy} onClick={onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            submit
            kind={danger ? "danger" : "primary"}
            busy={busy}
            disabled={!isReady}
          >
            {confirmLabel}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

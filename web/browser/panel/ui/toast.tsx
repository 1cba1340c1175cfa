/** Short words at the edge of the page, read out politely. @module */
import type { JSX } from "preact";
import { createStore, useStore } from "../client/store.ts";
import { t } from "../i18n/translate.ts";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: "good" | "bad";
}

const SHOWN_MS = 6000;
const BAD_SHOWN_MS = 15_000;
const MAX_SHOWN = 4;
const toasts = createStore<readonly Toast[]>([]);
let lastId = 0;

export function toast(text: string, kind: Toast["kind"] = "good"): void {
  const id = ++lastId;
  toasts.set([...toasts.get(), { id, text, kind }].slice(-MAX_SHOWN));
  setTimeout(() => remove(id), kind === "bad" ? BAD_SHOWN_MS : SHOWN_MS);
}

function remove(id: number): void {
  toasts.set(toasts.get().filter((shown) => shown.id !== id));
}

export function Toasts(): JSX.Element {
  const shown = useStore(toasts);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, kind }) => (
        <div key={id} class={`toast ${kind}`}>
          <span>{text}</span>
          <button
            type="button"
            class="button plain small"
            aria-label={t("dialog.close")}
            onClick={() => remove(id)}
          >
            <span aria-hidden="true">✕</span>
          </button>
        </div>
      ))}
    </div>
  );
}

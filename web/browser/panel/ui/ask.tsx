/** Asks from anywhere, and waits for the answer. @module */
import type { ComponentChildren, JSX } from "preact";
import { createStore, useStore } from "../client/store.ts";
import { ConfirmDialog } from "./dialog.tsx";

export interface Question {
  readonly title: string;
  readonly text: ComponentChildren;
  readonly confirmLabel: string;
  readonly typeToConfirm?: string;
  readonly danger?: boolean;
}

const open = createStore<
  { question: Question; answer: (isYes: boolean) => void } | undefined
>(undefined);

export function ask(question: Question): Promise<boolean> {
  open.get()?.answer(false);
  return new Promise((resolve) => {
    const asked = {
      question,
      answer(isYes: boolean) {
        // whoever was answered may have asked something else since
        if (open.get() === asked) open.set(undefined);
        resolve(isYes);
      },
    };
    open.set(asked);
  });
}

/** Where questions appear; once in the page. */
export function Questions(): JSX.Element | null {
  const shown = useStore(open);
  if (!shown) return null;
  const { question: { text, ...more }, answer } = shown;
  return (
    <ConfirmDialog
      {...more}
      onConfirm={() => answer(true)}
      onClose={() => answer(false)}
    >
      {text}
    </ConfirmDialog>
  );
}

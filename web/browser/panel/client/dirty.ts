/** What was typed and not sent: nobody leaves it without being asked. @module */
import { useLayoutEffect } from "preact/hooks";
import { createStore } from "./store.ts";

const dirty = new Set<symbol>();

/** The question that is open, if there is one; the shell shows it. */
export const leaving = createStore<((isLeft: boolean) => void) | undefined>(
  undefined,
);

export function useDirty(isDirty: boolean): void {
  useLayoutEffect(() => {
    if (!isDirty) return;
    const mark = Symbol();
    dirty.add(mark);
    return () => {
      dirty.delete(mark);
    };
  }, [isDirty]);
}

/** Whether something would be lost. */
export function isDirty(): boolean {
  return dirty.size > 0;
}

export function mayLeave(): Promise<boolean> {
  if (dirty.size === 0) return Promise.resolve(true);
  leaving.get()?.(false);
  return new Promise((resolve) => {
    leaving.set((isLeft) => {
      leaving.set(undefined);
      if (isLeft) dirty.clear();
      resolve(isLeft);
    });
  });
}

addEventListener("beforeunload", (event) => {
  if (dirty.size > 0) event.preventDefault();
});

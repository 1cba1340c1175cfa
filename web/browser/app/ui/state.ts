/** What is shown now. @module */
import { useEffect, useReducer } from "preact/hooks";
import { createStore } from "../../panel/client/store.ts";
import type { Messenger } from "../model/messenger.ts";

export const messenger = createStore<Messenger | undefined>(undefined);
/** Another tab speaks for this account. */
export const isElsewhere = createStore(false);

/** Renders again when anything in the book changes. */
export function useBook({ book }: Messenger): typeof book {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => watched(() => again(undefined), (tell) => book.watch(tell)), [
    book,
  ]);
  return book;
}

export function useConnection(
  of: Messenger,
): Pick<Messenger, "state" | "isFull"> {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(
    () => watched(() => again(undefined), (tell) => of.watchState(tell)),
    [of],
  );
  return of;
}

/** What changed between the first drawing and now is drawn, too. */
function watched(
  tell: () => void,
  watch: (tell: () => void) => () => void,
): () => void {
  const end = watch(tell);
  tell();
  return end;
}

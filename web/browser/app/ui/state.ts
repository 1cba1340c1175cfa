/** What is shown now. @module */
import { useEffect, useReducer } from "preact/hooks";
import { createStore } from "../../panel/client/store.ts";
import type { Messenger } from "../model/messenger.ts";

export const messenger = createStore<Messenger | undefined>(undefined);

/** Renders again when anything in the book changes. */
export function useBook({ book }: Messenger): typeof book {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => book.watch(() => again(undefined)), [book]);
  return book;
}

export function useConnection(of: Messenger): Messenger["state"] {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => of.watchState(() => again(undefined)), [of]);
  return of.state;
}

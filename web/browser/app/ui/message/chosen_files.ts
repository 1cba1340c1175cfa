/** Files that were chosen for a chat and are not sent yet: there as long as the page is. @module */
import {
  createStore,
  type Store,
  useStore,
} from "../../../panel/client/store.ts";
import type { Messenger } from "../../model/messenger.ts";

type Files = readonly File[];

const CHOSEN = new WeakMap<Messenger, Map<string, Store<Files>>>();

function chosenFor(messenger: Messenger, chat: string): Store<Files> {
  const chats = CHOSEN.get(messenger) ?? new Map<string, Store<Files>>();
  CHOSEN.set(messenger, chats);
  const found = chats.get(chat) ?? createStore<Files>([]);
  chats.set(chat, found);
  return found;
}

/** Whoever looks at another chat meanwhile finds them again, as the words. */
export function useChosenFiles(
  messenger: Messenger,
  chat: string,
): [Files, (change: (now: Files) => Files) => void] {
  const store = chosenFor(messenger, chat);
  return [useStore(store), (change) => store.set(change(store.get()))];
}

/** When the server was last heard, for those who look at what it said. @module */
import { createStore } from "./store.ts";

/** After so long without a word, what is shown is old. */
export const STALE_MS = 30_000;

export const lastHeard = createStore(Date.now());
/** Whether the last attempt to reach the server failed. */
export const isSilent = createStore(false);

export function noteAnswer(): void {
  lastHeard.set(Date.now());
  isSilent.set(false);
}

export function noteFailure(): void {
  isSilent.set(true);
}

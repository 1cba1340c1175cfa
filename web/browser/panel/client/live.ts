/**
 * What happens on the server while somebody looks: a stream of events and,
 * where none comes through, the tick by which everything is asked again.
 *
 * @module
 */
import { noteAnswer } from "./freshness.ts";
import { ISLAND } from "./island.ts";
import { session } from "./session.ts";
import { createStore } from "./store.ts";

const POLL_MS = 10_000;
const RETRY_MS = 10_000;

/** Names of events; `poll` comes in their place. */
export type EventName =
  | "metrics"
  | "settings"
  | "account"
  | "queue"
  | "job"
  | "log"
  | "reload"
  | "poll";

const NAMES: readonly EventName[] = [
  "metrics",
  "settings",
  "account",
  "queue",
  "job",
  "reload",
];

export const connection = createStore<"off" | "live" | "polling">("off");

type Listener = (data: unknown, name: EventName) => void;
const listeners = new Map<EventName, Set<Listener>>();

export function onEvent(name: EventName, listener: Listener): () => void {
  const known = listeners.get(name) ?? new Set();
  listeners.set(name, known);
  known.add(listener);
  return () => {
    known.delete(listener);
  };
}

function emit(name: EventName, data: unknown): void {
  for (const listener of [...listeners.get(name) ?? []]) listener(data, name);
}

/** Begins when somebody is in, ends when he is out. */
export function startLive(): void {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const close = () => {
    source?.close();
    source = undefined;
    clearTimeout(retry);
  };
  const open = () => {
    close();
    source = new EventSource(`${ISLAND.api}/events`);
    source.onopen = () => connection.set("live");
    source.onerror = () => {
      connection.set("polling");
      if (source?.readyState !== EventSource.CLOSED) return;
      close(); // it does not try again by itself
      retry = setTimeout(open, RETRY_MS);
    };
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        noteAnswer();
        emit(name, parsed(event.data));
      });
    }
  };
  const follow = () => {
    const { state } = session.get();
    if (state === "in" && !source) open();
    if (state === "in") return;
    close();
    connection.set("off");
  };
  session.subscribe(follow);
  follow();
  setInterval(() => {
    if (connection.get() === "polling" && !document.hidden) emit("poll", null);
  }, POLL_MS);
}

/** A stream of log lines of its own; gives what ends it. */
export function followLog(
  onLine: (line: unknown) => void,
  onState: (isOpen: boolean) => void,
): () => void {
  const source = new EventSource(`${ISLAND.api}/events?log=1`);
  source.onopen = () => onState(true);
  source.onerror = () => onState(false);
  source.addEventListener("log", (event) => onLine(parsed(event.data)));
  return () => source.close();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Threads, and how they die: an error that nobody caught ends one with last
 * words that are redacted. The runtime's own report would print what the error
 * was about.
 *
 * @module
 */
import { redactError } from "./redact.ts";

/** A thread ended that should not have; the message is redacted. */
export class ThreadDied extends Error {
  override readonly name = "ThreadDied";
  constructor(readonly thread: string, message: string) {
    super(message);
  }
}

interface LastWords {
  readonly died: string;
}

interface ThreadScope extends EventTarget {
  postMessage(message: LastWords): void;
  close(): void;
}

/**
 * To be called once in a thread, before anything can go wrong.
 *
 * @param beforeEnd Lets go of what other threads may wait for.
 */
export function guardThread(beforeEnd: () => void = () => {}): void {
  const scope = globalThis as unknown as ThreadScope;
  const stopListening = catchUncaught((error) => {
    stopListening();
    try {
      beforeEnd();
    } catch {
      // what could not be let go of ends with the thread
    }
    scope.postMessage({ died: redactError(error) });
    scope.close();
  });
}

export interface ThreadEvents<M> {
  onMessage(message: M): void;
  /** Called once; nothing more comes. */
  onDeath(error: ThreadDied): void;
}

/** @param url Of a module that calls `guardThread()`. */
export function startThread<M>(
  url: URL,
  name: string,
  { onMessage, onDeath }: ThreadEvents<M>,
): Worker {
  const worker = new Worker(url.href, { type: "module", name });
  function die(message: string): void {
    worker.onmessage = null;
    worker.onerror = (event) => event.preventDefault();
    worker.terminate();
    onDeath(new ThreadDied(name, message));
  }
  worker.onmessage = ({ data }: MessageEvent<M | LastWords>) => {
    if (isLastWords(data)) die(data.died);
    else onMessage(data);
  };
  worker.onmessageerror = () => die("Its message could not be read");
  // it has no guard yet: the runtime has printed why it could not begin
  worker.onerror = (event) => {
    event.preventDefault();
    die("It could not begin");
  };
  return worker;
}

function isLastWords(data: unknown): data is LastWords {
  return typeof data === "object" && data !== null && "died" in data;
}

const handlers: ((error: unknown) => void)[] = [];

/**
 * Takes errors of this thread that nobody catches, in place of the runtime,
 * which would print them and end. The latest to ask for them has them. Returns
 * how to stop.
 */
export function catchUncaught(handle: (error: unknown) => void): () => void {
  if (handlers.length === 0) {
    globalThis.addEventListener("error", onError);
    globalThis.addEventListener("unhandledrejection", onRejection);
  }
  handlers.push(handle);
  return () => {
    const at = handlers.indexOf(handle);
    if (at < 0) return;
    handlers.splice(at, 1);
    if (handlers.length > 0) return;
    globalThis.removeEventListener("error", onError);
    globalThis.removeEventListener("unhandledrejection", onRejection);
  };
}

function onError(event: ErrorEvent): void {
  event.preventDefault();
  handlers.at(-1)?.(event.error ?? new Error(event.message));
}

function onRejection(event: PromiseRejectionEvent): void {
  event.preventDefault();
  handlers.at(-1)?.(event.reason);
}

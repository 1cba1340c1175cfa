/**
 * A thread that answers questions, each with one answer and in their order.
 * Both ends of it: `WorkerLink` is one life of the thread as who asks sees it,
 * `answerQuestions()` is called in the thread.
 *
 * What may be lived through twice is in `worker_lives.ts`.
 *
 * @module
 */
import { guardThread, startThread, ThreadDied } from "./threads.ts";

interface Question<Request> {
  readonly id: number;
  readonly request: Request;
}

interface Answer<Reply> {
  readonly id: number;
  readonly reply: Reply;
}

/** The thread ended before it answered: what it was asked may be done or not. */
export const UNANSWERED = Symbol("unanswered");
export type Unanswered = typeof UNANSWERED;

export type OnReply<Reply> = (reply: Reply | Unanswered) => void;

export interface WorkerModule {
  /** Of a module that calls `answerQuestions()` with the same types. */
  readonly url: URL;
  readonly name: string;
}

export class WorkerLink<Request, Reply> {
  readonly #name: string;
  readonly #worker: Worker;
  readonly #onDeath: (error: ThreadDied) => void;
  /** What the thread has not answered yet, oldest first. */
  readonly #asked: { readonly id: number; readonly onReply: OnReply<Reply> }[] =
    [];
  #nextId = 1;
  #isDead = false;

  /** @param onDeath Called when it dies by itself, after all that was asked has its `UNANSWERED`. */
  constructor(
    { url, name }: WorkerModule,
    onDeath: (error: ThreadDied) => void,
  ) {
    this.#name = name;
    this.#onDeath = onDeath;
    this.#worker = startThread<Answer<Reply>>(url, name, {
      onMessage: (answer) => this.#answered(answer),
      onDeath: (error) => this.#die(error),
    });
  }

  /** Whatever is asked now is unanswered at once. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** Questions without an answer. */
  get waiting(): number {
    return this.#asked.length;
  }

  /** `onReply` is called within the turn in which the answer comes. */
  post(request: Request, onReply: OnReply<Reply>): void {
    if (this.#isDead) return onReply(UNANSWERED);
    const id = this.#nextId++;
    this.#asked.push({ id, onReply });
    const question: Question<Request> = { id, request };
    this.#worker.postMessage(question);
  }

  ask(request: Request): Promise<Reply | Unanswered> {
    return new Promise((resolve) => this.post(request, resolve));
  }

  /** Ends the thread, whatever it does; what waits is unanswered. Safe to repeat. */
  terminate(): void {
    this.#isDead = true;
    this.#worker.terminate();
    for (const { onReply } of this.#asked.splice(0)) onReply(UNANSWERED);
  }

  #answered({ id, reply }: Answer<Reply>): void {
    if (this.#isDead) return;
    const oldest = this.#asked[0];
    // a thread that failed to answer may still come to the next question
    if (oldest?.id !== id) {
      return this.#die(new ThreadDied(this.#name, "Out of step"));
    }
    this.#asked.shift();
    oldest.onReply(reply);
  }

  #die(error: ThreadDied): void {
    if (this.#isDead) return;
    this.terminate();
    this.#onDeath(error);
  }
}

interface WorkerScope<Request, Reply> {
  onmessage: ((event: MessageEvent<Question<Request>>) => void) | null;
  postMessage(answer: Answer<Reply>): void;
}

/**
 * To be called once, in the thread.
 *
 * @param answer One question at a time. What it throws ends the thread.
 * @param beforeEnd Lets go of what other threads may wait for.
 */
export function answerQuestions<Request, Reply>(
  answer: (request: Request) => Reply | Promise<Reply>,
  beforeEnd?: () => void,
): void {
  guardThread(beforeEnd);
  const scope = globalThis as unknown as WorkerScope<Request, Reply>;
  let last = Promise.resolve();
  scope.onmessage = ({ data: { id, request } }) => {
    last = last.then(async () =>
      scope.postMessage({ id, reply: await answer(request) })
    );
  };
}

/** One life of the writer's thread: what it is asked, and its answers. @module */
import { startThread, ThreadDied } from "../../../observe/threads.ts";
import type {
  Answer,
  FromWriter,
  Question,
  ToWriter,
} from "./writer_protocol.ts";

const NAME = "writer";

/** The thread ended before it answered: what it was asked may be done or not. */
export interface Unanswered {
  readonly kind: "died";
}

type OnReply = (reply: FromWriter | Unanswered) => void;

export class WriterLink {
  readonly #worker: Worker;
  readonly #onDeath: (error: ThreadDied) => void;
  /** What the thread has not answered yet, oldest first. */
  readonly #asked: { readonly id: number; readonly onReply: OnReply }[] = [];
  #nextId = 1;
  #isDead = false;

  /** @param onDeath Called after everything that was asked has its `died`. */
  constructor(onDeath: (error: ThreadDied) => void) {
    this.#onDeath = onDeath;
    this.#worker = startThread<Answer>(
      new URL("./writer_worker.ts", import.meta.url),
      NAME,
      {
        onMessage: (answer) => this.#answered(answer),
        onDeath: (error) => this.#die(error),
      },
    );
  }

  /** Whatever is asked now has its `died` at once. */
  get isDead(): boolean {
    return this.#isDead;
  }

  post(message: ToWriter, onReply: OnReply): void {
    if (this.#isDead) return onReply({ kind: "died" });
    const id = this.#nextId++;
    this.#asked.push({ id, onReply });
    const question: Question = { id, message };
    this.#worker.postMessage(question);
  }

  /** Ends the thread, whatever it does. */
  terminate(): void {
    this.#isDead = true;
    this.#worker.terminate();
  }

  #answered({ id, reply }: Answer): void {
    if (this.#isDead) return;
    const oldest = this.#asked[0];
    // a thread that failed to answer may still come to the next question
    if (oldest?.id !== id) {
      return this.#die(new ThreadDied(NAME, "Out of step"));
    }
    this.#asked.shift();
    oldest.onReply(reply);
  }

  #die(error: ThreadDied): void {
    if (this.#isDead) return;
    this.terminate();
    for (const { onReply } of this.#asked.splice(0)) onReply({ kind: "died" });
    this.#onDeath(error);
  }
}

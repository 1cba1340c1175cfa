/** Signatures made beside the event loop where they are slow. @module */
import type { Clock, Timers } from "../../base/clock.ts";
import { rawSignature } from "../../mailauth/raw_signature.ts";
import { UNANSWERED } from "../../observe/worker_link.ts";
import { PassingWorker } from "../../observe/worker_lives.ts";
import type { DkimKeyMaterial } from "./key_material.ts";
import type { SigningAnswer, SigningQuestion } from "./signing_worker.ts";

const IDLE_MS = 60_000;

export interface SigningThreadsParts {
  readonly clock: Clock;
  readonly timers: Timers;
  /** How many at most; they are there while there is something to sign. */
  readonly threads: number;
  reportBug(error: unknown): void;
}

type Thread = PassingWorker<SigningQuestion, SigningAnswer>;

export class SigningThreads {
  readonly #threads: readonly { readonly worker: Thread; asked: number }[];

  constructor({ clock, timers, threads, reportBug }: SigningThreadsParts) {
    this.#threads = Array.from({ length: threads }, (_, at) => ({
      asked: 0,
      worker: new PassingWorker({
        url: new URL("./signing_worker.ts", import.meta.url),
        name: `signatures ${at + 1}`,
        idleMs: IDLE_MS,
        clock,
        timers,
        onDeath: reportBug,
      }),
    }));
  }

  /** A thread that is not there to answer is done without. */
  async sign(
    { algorithm, key, pem }: DkimKeyMaterial,
    octets: Uint8Array,
  ): Promise<Uint8Array> {
    if (algorithm === "rsa-sha256") {
      const signature = await this.#ask({ pem, octets });
      if (signature instanceof Uint8Array) return signature;
    }
    return rawSignature(algorithm, key, octets);
  }

  /** Ends them; another signature starts one. */
  close(): void {
    for (const { worker } of this.#threads) worker.close();
  }

  /** The first that is free, so that one does what one can do. */
  async #ask(question: SigningQuestion): Promise<Uint8Array | undefined> {
    const least = Math.min(...this.#threads.map(({ asked }) => asked));
    const thread = this.#threads.find(({ asked }) => asked === least);
    if (!thread) return undefined;
    thread.asked++;
    try {
      const answer = await thread.worker.ask(question);
      return answer === UNANSWERED || answer === "failed" ? undefined : answer;
    } finally {
      thread.asked--;
    }
  }
}

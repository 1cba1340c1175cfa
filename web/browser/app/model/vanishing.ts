/** Messages that vanish some time after they were read. @module */
import type { Book } from "./book.ts";
import { now } from "./clock.ts";
import type { ChatMessage } from "./types.ts";

/** Timers of browsers count no further. */
const LONGEST_MS = 2 ** 31 - 1;

/** Its time runs from now on, unless it does already. */
export function begun(message: ChatMessage): ChatMessage {
  const { timerSeconds, vanishesAt } = message;
  if (!timerSeconds || vanishesAt !== undefined) return message;
  return { ...message, vanishesAt: now() + timerSeconds };
}

export class Vanishing {
  readonly #book: Book;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #next = Infinity;
  #isSweeping = false;

  constructor(book: Book) {
    this.#book = book;
  }

  /** Looks whenever something changes, and when the next one is due. */
  start(): void {
    this.#book.watch(() => this.#plan());
    void this.sweep();
  }

  #due(): number {
    let next = Infinity;
    for (const { id } of this.#book.chats) {
      for (const { vanishesAt } of this.#book.allMessages(id)) {
        if (vanishesAt !== undefined && vanishesAt < next) next = vanishesAt;
      }
    }
    return next;
  }

  #plan(): void {
    if (this.#isSweeping) return;
    const next = this.#due();
    if (next === this.#next) return;
    this.#next = next;
    clearTimeout(this.#timer);
    if (next === Infinity) return;
    const ms = Math.min(Math.max(0, next * 1000 - Date.now()), LONGEST_MS);
    this.#timer = setTimeout(() => void this.sweep(), ms);
  }

  async sweep(): Promise<void> {
    this.#isSweeping = true;
    try {
      for (const { id } of this.#book.chats) {
        for (const message of this.#book.allMessages(id)) {
          if ((message.vanishesAt ?? Infinity) <= now()) {
            await this.#book.removeMessage(message);
          }
        }
      }
    } finally {
      this.#isSweeping = false;
      this.#next = Infinity;
    }
    this.#plan();
  }
}

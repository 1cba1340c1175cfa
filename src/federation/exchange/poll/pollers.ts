/**
 * Asks all exchangers that are to be asked: one loop for each, begun anew when
 * an admin changes it.
 *
 * @module
 */
import { Refusal } from "../../../base/refusal.ts";
import type { Exchanger } from "../exchanger.ts";
import { has } from "../exchanger.ts";
import type { Exchangers } from "../exchangers.ts";
import { Poller, type PollerParts, type PollOutcome } from "./poller.ts";

export interface PollersParts
  extends Omit<PollerParts, "exchangers" | "onOutcome"> {
  readonly exchangers: Exchangers;
  /** Whether mail is exchanged with anybody. */
  isOn(): boolean;
  /** After each change of that. Returns how to stop. */
  onSwitch(listener: () => void): () => void;
  /** Those that have failed several times in a row, with why; empty: none. */
  onFailing(failing: ReadonlyMap<string, string>): void;
}

interface Running {
  readonly poller: Poller;
  /** What it was begun with. */
  readonly form: string;
}

const FAILURES_WORTH_TELLING = 3;
const STOP_MS = 5000;

export class Pollers {
  readonly #parts: PollersParts;
  readonly #running = new Map<string, Running>();
  readonly #failures = new Map<string, { count: number; error: string }>();
  readonly #ends: (() => void)[] = [];
  /** One after the other, so that no exchanger is asked by two. */
  #syncing: Promise<void> = Promise.resolve();
  #isOn = false;

  constructor(parts: PollersParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    const { spool, exchangers, onSwitch } = this.#parts;
    await spool.open();
    this.#isOn = true;
    this.#ends.push(
      exchangers.onChange(() => this.#sync()),
      onSwitch(() => this.#sync()),
    );
    this.#sync();
    await this.#syncing;
  }

  /** What is being taken ends, or is taken again after the next start. */
  async stop(): Promise<void> {
    this.#isOn = false;
    this.#ends.splice(0).forEach((end) => end());
    this.#sync();
    await Promise.race([this.#syncing, this.#parts.timers.sleep(STOP_MS)]);
  }

  /** @throws {Refusal} `not_found`, `invalid_value` if it is not asked at all */
  async poll(name: string): Promise<PollOutcome> {
    const exchanger = this.#parts.exchangers.named(name);
    await this.#syncing;
    const running = this.#running.get(exchanger.name);
    if (running) return await running.poller.now();
    throw new Refusal("invalid_value", {
      field: "name",
      explanation:
        "name: it is off, is not to be pulled from, or federation is off",
    });
  }

  #sync(): void {
    this.#syncing = this.#syncing
      .then(() => this.#syncNow())
      .catch((error) => this.#parts.reportBug(error));
  }

  async #syncNow(): Promise<void> {
    const wanted = new Map(
      this.#wanted().map((one) => [one.name, { one, form: formOf(one) }]),
    );
    const ended = [...this.#running].filter(([name, { form }]) =>
      wanted.get(name)?.form !== form
    );
    await Promise.all(ended.map(async ([name, { poller }]) => {
      await poller.stop();
      this.#running.delete(name);
      this.#note(name, undefined);
    }));
    for (const [name, { one, form }] of wanted) {
      if (this.#running.has(name)) continue;
      const poller = new Poller(one, {
        ...this.#parts,
        onOutcome: (...outcome) => this.#note(...outcome),
      });
      this.#running.set(name, { poller, form });
      poller.start();
    }
  }

  #wanted(): readonly Exchanger[] {
    if (!this.#isOn || !this.#parts.isOn()) return [];
    return this.#parts.exchangers.list()
      .filter((one) => one.enabled && has(one, "pull"));
  }

  #note(name: string, error: string | undefined): void {
    if (error === undefined) this.#failures.delete(name);
    else {
      const count = (this.#failures.get(name)?.count ?? 0) + 1;
      this.#failures.set(name, { count, error });
    }
    const failing = [...this.#failures]
      .filter(([, { count }]) => count >= FAILURES_WORTH_TELLING)
      .map(([failed, { error }]) => [failed, error] as const);
    this.#parts.onFailing(new Map(failing));
  }
}

/** All that a loop goes by. */
function formOf({ updatedAt: _, createdAt: __, ...form }: Exchanger): string {
  return JSON.stringify(form);
}

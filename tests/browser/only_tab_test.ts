/** One tab alone speaks for an account: who has the lock of the browser. */
import assert from "node:assert/strict";
import { holdTab } from "../../web/browser/app/storage/only_tab.ts";

interface Options {
  readonly steal?: boolean;
  readonly signal?: AbortSignal;
}

interface Request {
  /** What it is asked with; undefined: as long as it takes. */
  readonly signal: AbortSignal | undefined;
  give(): void;
  refuse(reason: unknown): void;
}

/** Locks as browsers have them (Web Locks API §4.2), of one name. */
class Locks {
  readonly waiting: Request[] = [];
  #holder: Request | undefined;

  async request(
    _name: string,
    { steal = false, signal }: Options,
    work: () => Promise<void>,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const asked: Request = {
      signal,
      give: () => {
        this.#holder = asked;
        work().then(resolve, reject).finally(() => this.#next(asked));
      },
      refuse: reject,
    };
    if (steal) this.#holder?.refuse(new DOMException("stolen", "AbortError"));
    if (steal || !this.#holder) asked.give();
    else this.#wait(asked);
    await promise;
  }

  #wait(asked: Request): void {
    this.waiting.push(asked);
    asked.signal?.addEventListener("abort", () => {
      const at = this.waiting.indexOf(asked);
      if (at < 0) return;
      this.waiting.splice(at, 1);
      asked.refuse(asked.signal?.reason);
    });
  }

  #next(asked: Request): void {
    if (this.#holder !== asked) return;
    this.#holder = undefined;
    this.waiting.shift()?.give();
  }
}

/** With times that are over when `end()` is called. */
async function withLocks(
  work: (locks: Locks, end: () => void) => Promise<void>,
): Promise<void> {
  const locks = new Locks();
  const over = new AbortController();
  const { timeout } = AbortSignal;
  Object.defineProperty(navigator, "locks", {
    configurable: true,
    value: locks,
  });
  AbortSignal.timeout = () => over.signal;
  try {
    await work(locks, () => over.abort());
  } finally {
    AbortSignal.timeout = timeout;
    Reflect.deleteProperty(navigator, "locks");
  }
}

Deno.test("a tab that comes while another one is closed speaks", () =>
  withLocks(async (locks) => {
    const first = await holdTab({ takeOver: false });
    const second = holdTab({ takeOver: false });
    assert.equal(locks.waiting.length, 1);
    first?.release();
    const held = await second;
    assert.ok(held);
    held.release();
  }));

Deno.test("a tab that stays is not disturbed, and may be taken over from", () =>
  withLocks(async (locks, end) => {
    const first = await holdTab({ takeOver: false });
    const second = holdTab({ takeOver: false });
    end();
    assert.equal(await second, undefined);
    assert.deepEqual(locks.waiting, []);
    const third = await holdTab({ takeOver: true });
    await first?.lost;
    assert.ok(third);
    third.release();
  }));

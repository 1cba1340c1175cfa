/** What many panels ask for at once, made once in a while for all of them. @module */
import { Recently } from "../../../base/recently.ts";
import type { AdminContext } from "../../context.ts";

export class RecentAnswer<T> {
  /** By the store: each caller may have a context of its own. */
  readonly #answers = new WeakMap<AdminContext["store"], Recently<T>>();

  constructor(
    readonly oldMs: number,
    readonly ask: (context: AdminContext) => Promise<T>,
  ) {}

  get(context: AdminContext): Promise<T> {
    const { store, clock } = context;
    let known = this.#answers.get(store);
    if (!known) {
      known = new Recently(clock, this.oldMs, () => this.ask(context));
      this.#answers.set(store, known);
    }
    return known.get();
  }
}

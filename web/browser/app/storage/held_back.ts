/**
 * Messages that came before the word that lets their writer into the group: by
 * other relays they may overtake it. They wait, few and not for long.
 *
 * @module
 */
import type { Vault } from "./vault.ts";

export interface Held<Origin> {
  readonly group: string;
  /** Fingerprint. */
  readonly writer: string;
  /** When it was written: seconds since 1970 UTC. */
  readonly at: number;
  readonly origin: Origin;
  readonly octets: Uint8Array;
}

type Kept<Origin> = Omit<Held<Origin>, "octets"> & { readonly key: string };

const PREFIX = "held:";
/** Not among the files that another browser gets. */
const FILE = "held-octets:";
const MAX_KEPT = 20;
const MAX_OCTETS = 256 * 1024;
const MAX_SECONDS = 86_400;

export class HeldBack<Origin> {
  readonly #vault: Vault;

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Older ones make room. */
  async keep(id: string, { octets, ...held }: Held<Origin>): Promise<void> {
    if (octets.length > MAX_OCTETS) return;
    const key = `${FILE}${id}`;
    await this.#vault.put(key, octets);
    await this.#vault.put(`${PREFIX}${id}`, { ...held, key });
    const all = await this.#all();
    const oldest = all.toSorted((a, b) => a[1].at - b[1].at);
    const since = Date.now() / 1000 - MAX_SECONDS;
    const gone = oldest.filter(([, { at }], index) =>
      at < since || index < all.length - MAX_KEPT
    );
    for (const one of gone) await this.#remove(one);
  }

  /** Takes those out that now have their place, in their order. */
  async take(
    group: string,
    isIn: (held: Omit<Held<Origin>, "octets">) => boolean,
  ): Promise<Held<Origin>[]> {
    const found: Held<Origin>[] = [];
    for (const one of await this.#all()) {
      const [, held] = one;
      if (held.group !== group || !isIn(held)) continue;
      const octets = await this.#vault.get<Uint8Array>(held.key);
      await this.#remove(one);
      if (octets) found.push({ ...held, octets });
    }
    return found.toSorted((a, b) => a.at - b.at);
  }

  async #all(): Promise<(readonly [name: string, held: Kept<Origin>])[]> {
    return [...await this.#vault.all<Kept<Origin>>(PREFIX)];
  }

  async #remove([name, { key }]: readonly [string, Kept<Origin>]) {
    await this.#vault.remove(key);
    await this.#vault.remove(name);
  }
}

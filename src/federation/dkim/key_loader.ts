/** Reads the keys that sign from their files, once. @module */
import type { Clock } from "../../base/clock.ts";
import { findKeyFile } from "./key_files.ts";
import type { DkimKeyMaterial } from "./key_material.ts";
import type { KeyPlaces } from "./key_places.ts";
import { type DkimKeyRow, rowKey } from "./key_rows.ts";

/** A file that could not be used is looked at again after this. */
const RETRY_MS = 10_000;

export type Loaded =
  | { readonly kind: "key"; readonly material: DkimKeyMaterial }
  | {
    readonly kind: "lost";
    readonly why: string;
    /** Monotonic. */
    readonly atMs: number;
  };

export class KeyLoader {
  readonly #places: KeyPlaces;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #loaded = new Map<string, Loaded>();

  constructor(places: KeyPlaces, clock: Pick<Clock, "monotonic">) {
    this.#places = places;
    this.#clock = clock;
  }

  /** Files are looked at anew. */
  forget(): void {
    this.#loaded.clear();
  }

  /** A key that was read is kept; one that is lost, for ten seconds. */
  async load(row: DkimKeyRow): Promise<Loaded> {
    const key = rowKey(row);
    const known = this.#loaded.get(key);
    const nowMs = this.#clock.monotonic();
    if (known?.kind === "key") return known;
    if (known && nowMs - known.atMs < RETRY_MS) return known;
    const loaded = await this.#read(row, nowMs);
    this.#loaded.set(key, loaded);
    return loaded;
  }

  async #read(row: DkimKeyRow, atMs: number): Promise<Loaded> {
    const path = this.#places.path(row);
    let why = `there is no file ${path}`;
    for (const place of this.#places.candidates(row)) {
      const found = await readKeyFile(place);
      if (typeof found === "object" && found.publicKey === row.publicKey) {
        return { kind: "key", material: found };
      }
      if (found === undefined || place !== path) continue;
      why = typeof found === "string" ? found : `${path} has another key`;
    }
    return { kind: "lost", why, atMs };
  }
}

/** A string says why what is there is no key; undefined: there is no file. */
async function readKeyFile(
  path: string,
): Promise<DkimKeyMaterial | string | undefined> {
  try {
    return await findKeyFile(path);
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

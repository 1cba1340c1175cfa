/**
 * The DKIM keys of all our domains: made when a domain has none, read from
 * their files when something is signed, replaced one by one.
 *
 * @module
 */
import { type Clock, nowSeconds } from "../../base/clock.ts";
import { days } from "../../base/durations.ts";
import { Refusal } from "../../base/refusal.ts";
import type { StoreClock } from "../../store/clock.ts";
import type { DkimAlgorithm } from "../../mailauth/raw_signature.ts";
import { findKeyFile, removeKeyFile, writeKeyFile } from "./key_files.ts";
import { KeyLoader } from "./key_loader.ts";
import { type DkimKeyMaterial, newKey } from "./key_material.ts";
import { KeyPlaces } from "./key_places.ts";
import {
  type DkimKeyRow,
  type KeyRows,
  type KeyState,
  rowKey,
} from "./key_rows.ts";

export interface DkimKeySettings {
  /** Of the first keys of a domain. */
  readonly selector: string;
  /** Whether Ed25519 signs beside RSA. */
  readonly ed25519: boolean;
}

export interface DkimKeysParts {
  readonly rows: KeyRows;
  /** Of the files. */
  readonly directory: string;
  /** Of the first RSA key of the primary domain, if not below that. */
  readonly keyFile?: string;
  /** Names that authors of ours have, the primary one first; no address literals. */
  readonly domains: readonly string[];
  settings(): DkimKeySettings;
  readonly clock: Clock;
  readonly lived: Pick<StoreClock, "seconds">;
}

/** A key that can sign. */
export interface LoadedKey {
  readonly row: DkimKeyRow;
  readonly material: DkimKeyMaterial;
}

/** RSA first: who knows one algorithm knows that one. */
const ALGORITHMS: readonly DkimAlgorithm[] = [
  "rsa-sha256",
  "ed25519-sha256",
];
/** How long what a key has signed may be on its way: as long as a signature holds. */
const RETIRED_SECONDS = days(7);
const SUFFIXES: Readonly<Record<DkimAlgorithm, string>> = {
  "rsa-sha256": "",
  "ed25519-sha256": "-ed25519",
};

export class DkimKeys {
  readonly #parts: DkimKeysParts;
  readonly #places: KeyPlaces;
  readonly #loader: KeyLoader;
  /** Domains whose first key could not be made, by the store's clock. */
  readonly #withoutSince = new Map<string, number>();
  #byDomain: ReadonlyMap<string, readonly DkimKeyRow[]>;
  #ready: Promise<void> | undefined;
  /** One after the other: each goes by the rows that the one before has left. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(parts: DkimKeysParts) {
    this.#parts = parts;
    this.#places = new KeyPlaces({
      directory: parts.directory,
      primaryDomain: parts.domains[0],
      ...(parts.keyFile !== undefined && { ownFile: parts.keyFile }),
      selector: () => parts.settings().selector,
      isTaken: (file, domain) =>
        this.#isOnRecord(file, (row) => row.domain !== domain),
    });
    this.#loader = new KeyLoader(this.#places, parts.clock);
    this.#byDomain = this.#sorted();
    parts.rows.onChange(() => {
      this.#byDomain = this.#sorted();
      this.#loader.forget();
    });
  }

  get domains(): readonly string[] {
    return this.#parts.domains;
  }

  get rows(): KeyRows {
    return this.#parts.rows;
  }

  /** The same key as it is on record now. */
  current(row: DkimKeyRow): DkimKeyRow {
    return this.rows.get(rowKey(row)) ?? row;
  }

  /** By domain, RSA first, those that sign before those to come. */
  list(): readonly DkimKeyRow[] {
    return this.domains.flatMap((domain) => this.#of(domain));
  }

  /** Those whose record has to be in the DNS now. */
  published(): readonly DkimKeyRow[] {
    return this.list().filter((row) => this.#isPublished(row));
  }

  /**
   * Resolves when every domain has keys; makes those that are missing. A domain
   * that has a key on record never gets another one by itself.
   *
   * @throws {Error} why they cannot be made; the next call tries again
   */
  ready(): Promise<void> {
    return this.#ready ??= this.#inTurn(() => this.#makeMissing()).catch(
      (error) => {
        this.#ready = undefined;
        throw error;
      },
    );
  }

  /** What signs for a domain, RSA first; without those whose files cannot be used. */
  async signing(domain: string): Promise<LoadedKey[]> {
    await this.ready();
    const found: LoadedKey[] = [];
    for (const row of this.#of(domain)) {
      if (row.state !== "active" || !this.#isPublished(row)) continue;
      const loaded = await this.#loader.load(row);
      if (loaded.kind === "key") found.push({ row, material: loaded.material });
    }
    return found;
  }

  /** Keys of ours whose files cannot be used, with the reason. */
  async lost(): Promise<{ readonly row: DkimKeyRow; readonly why: string }[]> {
    const lost: { row: DkimKeyRow; why: string }[] = [];
    for (const row of this.published()) {
      const loaded = await this.#loader.load(row);
      if (loaded.kind === "lost") lost.push({ row, why: loaded.why });
    }
    return lost;
  }

  /**
   * New keys for a domain, which sign once the DNS shows them.
   *
   * @throws {Refusal} `already_exists` while others wait for that
   */
  rotate(domain: string): Promise<DkimKeyRow[]> {
    return this.#inTurn(async () => {
      this.#refusePending(domain);
      const selector = this.#freeSelector(domain);
      const rows: DkimKeyRow[] = [];
      for (const algorithm of this.#algorithms()) {
        rows.push(
          await this.#add(
            { domain, selector: selector + SUFFIXES[algorithm] },
            await newKey(algorithm),
            "pending",
          ),
        );
      }
      return rows;
    });
  }

  /**
   * A key from elsewhere, which signs once the DNS shows it.
   *
   * @throws {Refusal} `already_exists` if the selector is taken
   */
  import(
    domain: string,
    selector: string,
    material: DkimKeyMaterial,
  ): Promise<DkimKeyRow> {
    return this.#inTurn(() => {
      if (this.#parts.rows.get(rowKey({ domain, selector }))) {
        throw new Refusal("already_exists", {
          explanation: `${domain} has a key with the selector ${selector}`,
        });
      }
      return this.#add({ domain, selector }, material, "pending");
    });
  }

  /** It signs from now on, and no other of its domain and algorithm does. */
  activate(row: DkimKeyRow): Promise<void> {
    return this.#inTurn(async () => {
      const now = this.#parts.rows.get(rowKey(row));
      if (now?.state !== "pending") return;
      const before = this.#of(row.domain).filter((one) =>
        one.algorithm === row.algorithm && one.state === "active"
      );
      await this.#put([
        ...before.map((one) => this.#inState(one, "retired")),
        this.#inState(now, "active"),
      ]);
    });
  }

  /** Forgets keys of which nothing can be on its way any more; gives them. */
  forgetRetired(): Promise<DkimKeyRow[]> {
    return this.#inTurn(async () => {
      const before = this.#parts.lived.seconds() - RETIRED_SECONDS;
      const old = this.list().filter(({ state, since }) =>
        state === "retired" && since <= before
      );
      await this.#parts.rows.change({ remove: old.map(rowKey) });
      for (const row of old) {
        if (!this.#places.isOwn(row) && !this.#isOnRecord(row.file)) {
          await removeKeyFile(this.#places.path(row));
        }
      }
      return old;
    });
  }

  /** For how many seconds now no RSA key of a domain could be used; from the first time that this is asked. */
  lostForSeconds(domain: string): Promise<number> {
    return this.#inTurn(async () => {
      const now = this.#parts.lived.seconds();
      const row = this.#of(domain).find(({ state }) => state === "active");
      if (!row) {
        const since = this.#withoutSince.get(domain) ?? now;
        this.#withoutSince.set(domain, since);
        return now - since;
      }
      if (row.lostAt === undefined) await this.#put([{ ...row, lostAt: now }]);
      return now - (row.lostAt ?? now);
    });
  }

  /** The key of this row can be used again. */
  found(row: DkimKeyRow): Promise<void> {
    return this.#inTurn(async () => {
      const { lostAt, ...rest } = this.current(row);
      if (lostAt !== undefined) await this.#put([rest]);
    });
  }

  #of(domain: string): readonly DkimKeyRow[] {
    return this.#byDomain.get(domain) ?? [];
  }

  #isOnRecord(
    file: string,
    isMeant: (row: DkimKeyRow) => boolean = () => true,
  ): boolean {
    return this.#parts.rows.values.values()
      .some((row) => row.file === file && isMeant(row));
  }

  #sorted(): ReadonlyMap<string, readonly DkimKeyRow[]> {
    const rows = [...this.#parts.rows.values.values()].toSorted((a, b) =>
      rank(a) - rank(b) || a.createdAt - b.createdAt
    );
    return Map.groupBy(rows, ({ domain }) => domain);
  }

  #isPublished({ algorithm, state }: DkimKeyRow): boolean {
    return state !== "retired" && this.#algorithms().includes(algorithm);
  }

  #algorithms(): readonly DkimAlgorithm[] {
    const { ed25519 } = this.#parts.settings();
    return ALGORITHMS.filter((one) => ed25519 || one !== "ed25519-sha256");
  }

  async #makeMissing(): Promise<void> {
    for (const domain of this.#parts.domains) {
      const isNew = this.#of(domain).length === 0;
      for (const algorithm of this.#algorithms()) {
        await this.#makeFirst(domain, algorithm, isNew);
      }
    }
  }

  /** A file that is there already, as of an earlier installation, is taken. */
  async #makeFirst(
    domain: string,
    algorithm: DkimAlgorithm,
    isNew: boolean,
  ): Promise<void> {
    const isThere = this.#of(domain).some((row) => row.algorithm === algorithm);
    if (isThere) return;
    const selector = this.#parts.settings().selector + SUFFIXES[algorithm];
    const path = this.#places.pathOfNew({ domain, selector });
    const found = await findKeyFile(path);
    if (found && found.algorithm !== algorithm) {
      throw new SyntaxError(
        `Cannot use the key ${path}: it is of another kind`,
      );
    }
    await this.#add(
      { domain, selector },
      found ?? await newKey(algorithm),
      // one that comes later has a record that nobody has published yet
      isNew ? "active" : "pending",
    );
  }

  /** @throws {Refusal} `already_exists` */
  #refusePending(domain: string): void {
    const pending = this.#of(domain).filter(({ state }) => state === "pending");
    if (pending.length === 0) return;
    throw new Refusal("already_exists", {
      explanation: `New keys of ${domain} wait for their records: ${
        pending.map(({ selector }) => selector).join(", ")
      }`,
    });
  }

  /** `s202611`, or with a number where that is taken. */
  #freeSelector(domain: string): string {
    const month = new Date(this.#parts.clock.now()).toISOString()
      .slice(0, 7).replace("-", "");
    for (let n = 1;; n++) {
      const selector = n === 1 ? `s${month}` : `s${month}-${n}`;
      if (!this.#parts.rows.get(rowKey({ domain, selector }))) return selector;
    }
  }

  async #add(
    { domain, selector }: Pick<DkimKeyRow, "domain" | "selector">,
    material: DkimKeyMaterial,
    state: KeyState,
  ): Promise<DkimKeyRow> {
    const row: DkimKeyRow = {
      domain,
      selector,
      algorithm: material.algorithm,
      file: this.#places.fileOf({ domain, selector }),
      publicKey: material.publicKey,
      state,
      createdAt: nowSeconds(this.#parts.clock),
      since: this.#parts.lived.seconds(),
    };
    const path = this.#places.path(row);
    if (!this.#places.isOwn(row) || !await findKeyFile(path)) {
      await writeKeyFile(path, material.pem);
    }
    await this.#put([row]);
    return row;
  }

  #inState(row: DkimKeyRow, state: KeyState): DkimKeyRow {
    return { ...row, state, since: this.#parts.lived.seconds() };
  }

  #put(rows: readonly DkimKeyRow[]): Promise<void> {
    return this.#parts.rows.change({
      put: rows.map((row) => [rowKey(row), row] as const),
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(work);
    this.#changing = done.catch(() => {});
    return done;
  }
}

const STATES: readonly KeyState[] = ["active", "pending", "retired"];

function rank({ algorithm, state }: DkimKeyRow): number {
  return STATES.indexOf(state) * ALGORITHMS.length +
    ALGORITHMS.indexOf(algorithm);
}

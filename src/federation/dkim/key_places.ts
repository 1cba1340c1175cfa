/** Where the file of each DKIM key is. @module */
import { join, resolve } from "node:path";
import type { DkimKeyRow } from "./key_rows.ts";

export interface KeyPlacesParts {
  /** Of all files that have no place of their own. */
  readonly directory: string;
  readonly primaryDomain: string | undefined;
  /** Of the first RSA key of the primary domain, where an operator says so. */
  readonly ownFile?: string;
  /** Of the first keys of a domain. */
  selector(): string;
  /** Whether a key of another domain is on record there. */
  isTaken(file: string, domain: string): boolean;
}

type Named = Pick<DkimKeyRow, "domain" | "selector">;
type Placed = Pick<DkimKeyRow, "domain" | "selector" | "file">;

export class KeyPlaces {
  readonly #parts: KeyPlacesParts;

  constructor(parts: KeyPlacesParts) {
    this.#parts = parts;
  }

  /**
   * Of a key that is made. Selectors of two domains may be the same: all but
   * the primary one have a folder, and so has that if it was another before.
   */
  fileOf({ domain, selector }: Named): string {
    const { primaryDomain, isTaken } = this.#parts;
    const file = `${selector}.pem`;
    return domain === primaryDomain && !isTaken(file, domain)
      ? file
      : join(domain, file);
  }

  pathOfNew(named: Named): string {
    return this.path({ ...named, file: this.fileOf(named) });
  }

  /** Where it was put, whichever domain was the primary one then. */
  path(row: Placed): string {
    const { directory, ownFile } = this.#parts;
    return ownFile !== undefined && this.isOwn(row)
      ? ownFile
      : resolve(directory, row.file);
  }

  /** In this order; one that was the operator's is found there when another domain is the primary one. */
  candidates(row: Placed): readonly string[] {
    const { ownFile } = this.#parts;
    const path = this.path(row);
    return ownFile === undefined || ownFile === path ? [path] : [path, ownFile];
  }

  /** It is the operator's: used as it is, and never removed. */
  isOwn({ domain, selector }: Named): boolean {
    const { ownFile, primaryDomain } = this.#parts;
    return ownFile !== undefined && domain === primaryDomain &&
      selector === this.#parts.selector();
  }
}

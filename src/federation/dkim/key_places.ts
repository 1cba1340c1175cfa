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
}

type Named = Pick<DkimKeyRow, "domain" | "selector">;

export class KeyPlaces {
  readonly #parts: KeyPlacesParts;

  constructor(parts: KeyPlacesParts) {
    this.#parts = parts;
  }

  /** As it is on record. Selectors of two domains may be the same: all but the primary one have a folder. */
  fileOf({ domain, selector }: Named): string {
    const file = `${selector}.pem`;
    return domain === this.#parts.primaryDomain ? file : join(domain, file);
  }

  path(row: Named): string {
    const { directory, ownFile } = this.#parts;
    return ownFile !== undefined && this.isOwn(row)
      ? ownFile
      : resolve(directory, this.fileOf(row));
  }

  /** It is the operator's: used as it is, and never removed. */
  isOwn({ domain, selector }: Named): boolean {
    const { ownFile, primaryDomain } = this.#parts;
    return ownFile !== undefined && domain === primaryDomain &&
      selector === this.#parts.selector();
  }
}

/**
 * Tokens: the one of the file, which may do everything, and those with names. Who
 * removes one is told to all that stands on it.
 *
 * @module
 */
import { nowSeconds } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import { RecordSet } from "../../store/record_set.ts";
import type { AccessParts, Credential } from "./parts.ts";
import { Removed } from "./removed.ts";
import { TOKEN_ROW, type TokenRow } from "./rows.ts";
import { digestOf, isSameDigest } from "./secrets.ts";
import { makeToken, tokenIn } from "./token_file.ts";

export const ROOT = "root";
const MAX_TOKENS = 100;
const TOKEN_OCTETS = 32;
const ID_OCTETS = 6;
/** So often at most it is written when something was used last. */
export const USE_SECONDS = 300;

export class AdminTokens {
  readonly #parts: AccessParts;
  readonly #rows: RecordSet<TokenRow>;
  readonly #removed = new Removed();
  #root: string | undefined;

  private constructor(parts: AccessParts, rows: RecordSet<TokenRow>) {
    this.#parts = parts;
    this.#rows = rows;
  }

  static async open(parts: AccessParts): Promise<AdminTokens> {
    const { store, reportBug } = parts;
    const rows = await RecordSet.open({
      store,
      reportBug,
      collection: "admin_tokens",
      schema: TOKEN_ROW,
      onUnreadable() {}, // it lets nobody in
    });
    return new AdminTokens(parts, rows);
  }

  close(): void {
    this.#rows.close();
  }

  get isDisabled(): boolean {
    return this.#parts.options().token === "disabled";
  }

  /**
   * The token that may do everything; makes its file where there is none.
   *
   * @throws {Refusal} `not_found` if there shall be none
   * @throws {Error} why the file cannot be used
   */
  root(): string {
    const { token, tokenFile } = this.#parts.options();
    if (token === "disabled") {
      throw new Refusal("not_found", {
        explanation: "admin.token says that there is no admin API",
      });
    }
    const root = token === "" ? tokenIn(tokenFile, this.#parts.random) : token;
    this.#root = digestOf(root);
    return root;
  }

  /** A new one. @throws {Refusal} `invalid_value` if it is in the configuration */
  rotate(): string {
    const { token, tokenFile } = this.#parts.options();
    if (token !== "") {
      throw new Refusal("invalid_value", {
        explanation: "The token is in the configuration file: change it there",
      });
    }
    const root = makeToken(tokenFile, this.#parts.random);
    this.#root = digestOf(root);
    return root;
  }

  rootDigest(): string {
    const { token } = this.#parts.options();
    if (token !== "") return digestOf(token); // it may change with the file
    if (this.#root === undefined) this.root();
    return this.#root ?? "";
  }

  /** Whose token this is; undefined: nobody's. */
  bearer(token: string): Credential | undefined {
    if (this.isDisabled) return undefined;
    const digest = digestOf(token);
    // all are looked at, so that time does not tell which it was
    const isRoot = isSameDigest(digest, this.rootDigest());
    let found: [string, TokenRow] | undefined;
    for (const [id, row] of this.#rows.values) {
      const isMeant = isSameDigest(digest, row.digest) && this.#isValid(row);
      if (isMeant && !this.#removed.has(id)) found = [id, row];
    }
    if (isRoot) {
      return { kind: "token", name: ROOT, scope: "full", token: digest };
    }
    if (!found) return undefined;
    const [id, row] = found;
    this.#noteUse(id, row);
    return { kind: "token", name: row.name, scope: row.scope, token: digest };
  }

  /** @param digest of a token */
  isLive(digest: string): boolean {
    return isSameDigest(digest, this.rootDigest()) ||
      [...this.#rows.values].some(([id, row]) =>
        isSameDigest(row.digest, digest) && !this.#removed.has(id) &&
        this.#isValid(row)
      );
  }

  /** The oldest first. */
  list(): readonly (readonly [id: string, row: TokenRow])[] {
    return [...this.#rows.values].toSorted(([, a], [, b]) =>
      a.createdAt - b.createdAt
    );
  }

  /** @throws {Refusal} `already_exists`, `invalid_value` */
  async add(
    wanted: Pick<TokenRow, "name" | "scope"> & {
      readonly expiresAt?: number | undefined;
    },
  ): Promise<{ readonly id: string; readonly token: string }> {
    const { name, scope, expiresAt } = wanted;
    const names = [...this.#rows.values.values()].map((row) => row.name);
    if (name === ROOT || names.includes(name)) {
      throw new Refusal("already_exists", {
        explanation: `There is a token named "${name}"`,
      });
    }
    if (names.length >= MAX_TOKENS) {
      throw new Refusal("invalid_value", {
        explanation: `There are ${MAX_TOKENS} tokens already`,
      });
    }
    const id = this.#parts.random(ID_OCTETS).toHex();
    const token = this.#parts.random(TOKEN_OCTETS).toHex();
    await this.#rows.put(id, {
      name,
      scope,
      digest: digestOf(token),
      createdAt: nowSeconds(this.#parts.clock),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
    return { id, token };
  }

  /** @throws {Refusal} `not_found` */
  async remove(id: string): Promise<TokenRow> {
    const row = this.#rows.get(id);
    if (!row) {
      throw new Refusal("not_found", {
        explanation: "No token has this id: the list has those that there are",
      });
    }
    await this.#removed.while([id], () => this.#rows.remove(id));
    return row;
  }

  #isValid({ expiresAt }: TokenRow): boolean {
    return expiresAt === undefined || nowSeconds(this.#parts.clock) < expiresAt;
  }

  /** That is worth no answer. */
  #noteUse(id: string, row: TokenRow): void {
    const now = nowSeconds(this.#parts.clock);
    if (now - (row.lastUsedAt ?? 0) < USE_SECONDS) return;
    this.#rows.put(id, { ...row, lastUsedAt: now }).catch((error) => {
      if (!(error instanceof Refusal)) this.#parts.reportBug(error);
    });
  }
}

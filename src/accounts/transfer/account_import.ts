/**
 * Taking over accounts from elsewhere. What exists is never changed, so an
 * import can be repeated; entries that cannot be taken are named and skipped.
 *
 * @module
 */
import { nowSeconds } from "../../base/clock.ts";
import type { Clock } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import { checkAccountName } from "../../mail/account_name.ts";
import { type Address, localPart } from "../../mail/address.ts";
import type { LocalDomains } from "../../mail/local_domains.ts";
import type { AccountStore, NewAccount } from "../../store/accounts.ts";
import { type ImportEntry, parseImportEntry } from "./import_entry.ts";
import { jsonItems } from "./json_items.ts";
import type { AccountOperations } from "../operations.ts";
import type { AccountOptions } from "../options.ts";
import type { PasswordHasher } from "../passwords/password_hasher.ts";
import { readPassword } from "../passwords/passwords.ts";
import { parseStoredPassword } from "../passwords/stored_password.ts";

const BATCH = 500;
const MAX_ERRORS = 1000;
const BLOCK_REASON = "imported as blocked";

export interface ImportReport {
  readonly imported: number;
  readonly skipped: number;
  /** At most the first 1000. */
  readonly errors: readonly {
    readonly index: number;
    readonly error: string;
  }[];
}

export interface AccountImportParts {
  readonly store: AccountStore;
  readonly accounts: Pick<AccountOperations, "block">;
  readonly domains: LocalDomains;
  readonly options: Pick<
    AccountOptions,
    "minUsernameLength" | "maxUsernameLength" | "passwordMinLength"
  >;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
  /** Length limits and reserved names do not count. */
  readonly force: boolean;
  /** Checks and counts, and makes none. */
  readonly dryRun?: boolean;
}

interface Wanted {
  readonly account: NewAccount;
  readonly blocked: boolean;
}

/** One import; use it once. */
export class AccountImport {
  readonly #parts: AccountImportParts;
  readonly #errors: { index: number; error: string }[] = [];
  #imported = 0;
  #skipped = 0;
  /** In a dry run: what the store would have known of entries before. */
  readonly #counted = new Set<Address>();
  #batch: Wanted[] = [];

  constructor(parts: AccountImportParts) {
    this.#parts = parts;
  }

  /** Each item an entry as in an export file. */
  async run(
    items: AsyncIterable<unknown> | Iterable<unknown>,
  ): Promise<ImportReport> {
    let index = 0;
    for await (const item of items) {
      const wanted = await this.#check(item, index++);
      if (wanted) this.#batch.push(wanted);
      else this.#skipped++;
      if (this.#batch.length === BATCH) await this.#flush();
    }
    await this.#flush();
    return {
      imported: this.#imported,
      skipped: this.#skipped,
      errors: this.#errors,
    };
  }

  async #check(item: unknown, index: number): Promise<Wanted | undefined> {
    let name = "";
    try {
      const entry = parseImportEntry(item);
      name = `${entry.username.slice(0, 256)}: `;
      return await this.#wanted(entry);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof Refusal)) {
        throw error;
      }
      if (error instanceof Refusal && isFaultOfStore(error)) throw error;
      if (this.#errors.length < MAX_ERRORS) {
        this.#errors.push({ index, error: name + error.message });
      }
      return undefined;
    }
  }

  /** undefined if there is such an account. */
  async #wanted(entry: ImportEntry): Promise<Wanted | undefined> {
    const address = this.#address(entry.username);
    const { store } = this.#parts;
    const found = await store.find(address);
    if (found?.state === "active") return undefined;
    if (found) throw new SyntaxError("still being deleted");
    if (await store.blocking(address)) {
      throw new SyntaxError("username is blocklisted");
    }
    const { quotaOctets, createdAt, firstLoginAt, lastLoginDay } = entry;
    return {
      account: {
        address,
        passwordHash: await this.#hash(entry),
        origin: "import",
        createdAt: createdAt ?? nowSeconds(this.#parts.clock),
        ...(quotaOctets === undefined ? {} : { quotaOctets }),
        ...(firstLoginAt === undefined ? {} : { firstLoginAt }),
        ...(lastLoginDay === undefined ? {} : { lastLoginDay }),
        pinned: entry.pinned,
      },
      blocked: entry.blocked,
    };
  }

  #address(username: string): Address {
    const { domains, options, force } = this.#parts;
    const address = domains.parse(
      username.includes("@") ? username : `${username}@${domains.primary}`,
    );
    if (!domains.isLocalAddress(address)) {
      throw new SyntaxError("domain is not one of this server");
    }
    checkAccountName(localPart(address), {
      minLength: options.minUsernameLength,
      maxLength: options.maxUsernameLength,
      force,
    });
    return address;
  }

  async #hash({ hash, password }: ImportEntry): Promise<string> {
    if (hash !== undefined) {
      parseStoredPassword(hash);
      return hash;
    }
    if (password === undefined) throw new SyntaxError("no password or hash");
    const { hasher, options } = this.#parts;
    const secret = readPassword(password, options.passwordMinLength);
    return await hasher.make(secret, "chosen");
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    if (batch.length === 0) return;
    if (this.#parts.dryRun) {
      for (const { account } of batch) this.#count(account.address);
      return;
    }
    const ids = await this.#parts.store.createMany(
      batch.map(({ account }) => account),
    );
    for (const [i, { account, blocked }] of batch.entries()) {
      if (ids[i] === undefined) {
        this.#skipped++;
        continue;
      }
      this.#imported++;
      if (blocked) {
        await this.#parts.accounts.block(account.address, BLOCK_REASON);
      }
    }
  }

  #count(address: Address): void {
    if (this.#counted.has(address)) this.#skipped++;
    else this.#imported++;
    this.#counted.add(address);
  }
}

/**
 * Imports an export file. One that cannot be read as a whole imports nothing:
 * it is read twice.
 *
 * @throws {SyntaxError} if it is not JSON of the right shape
 */
export async function importFile(
  path: string,
  parts: AccountImportParts,
): Promise<ImportReport> {
  for await (const _ of entriesIn(path));
  return await new AccountImport(parts).run(entriesIn(path));
}

/** Entries of an export file, one by one. @throws {SyntaxError} if it is not JSON of the right shape */
export async function* entriesIn(path: string): AsyncGenerator<unknown> {
  const file = await Deno.open(path);
  yield* jsonItems(file.readable);
}

/** Not about the entry: the import cannot go on. */
function isFaultOfStore({ code }: Refusal): boolean {
  return code === "busy" || code === "unavailable" ||
    code.startsWith("storage_");
}

/** Accounts in a file, sent to the server in pieces that it takes. @module */
import { call } from "../../client/call.ts";
import { t } from "../../i18n/translate.ts";

export interface ImportReport {
  readonly imported: number;
  readonly skipped: number;
  readonly errors: readonly {
    /** Of the entry in the file, from 0. */
    readonly index: number;
    readonly error: string;
  }[];
}

const MAX_ENTRIES = 500;
const MAX_CHARACTERS = 200_000;

/** @throws {Error} for people, if there is no list of entries */
export function usersIn(text: string): readonly unknown[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error(t("import.no_json"));
  }
  const users = typeof json === "object" && json !== null && "users" in json
    ? json.users
    : json;
  if (Array.isArray(users)) return users;
  throw new Error(t("import.no_list"));
}

interface Options {
  /** Nothing is changed. */
  readonly isRehearsal: boolean;
}

export async function importUsers(
  users: readonly unknown[],
  { isRehearsal }: Options,
): Promise<ImportReport> {
  let imported = 0;
  let skipped = 0;
  const errors: { index: number; error: string }[] = [];
  for (const { first, entries } of pieces(users)) {
    const report = await call<ImportReport>("accounts.import", {
      users: entries,
      dry_run: isRehearsal,
    });
    imported += report.imported;
    skipped += report.skipped;
    for (const { index, error } of report.errors) {
      errors.push({ index: first + index, error });
    }
  }
  return { imported, skipped, errors };
}

interface Piece {
  readonly first: number;
  readonly entries: readonly unknown[];
}

function* pieces(users: readonly unknown[]): Generator<Piece> {
  let first = 0;
  let entries: unknown[] = [];
  let characters = 0;
  for (const user of users) {
    const length = JSON.stringify(user)?.length ?? 0;
    const isFull = entries.length === MAX_ENTRIES ||
      characters + length > MAX_CHARACTERS;
    if (isFull && entries.length > 0) {
      yield { first, entries };
      first += entries.length;
      entries = [];
      characters = 0;
    }
    entries.push(user);
    characters += length;
  }
  if (entries.length > 0) yield { first, entries };
}

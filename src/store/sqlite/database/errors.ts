/**
 * What SQLite's errors mean for us. `node:sqlite` gives the code only for
 * prepared statements; the text is the same everywhere.
 *
 * @module
 */
import { reasonOf } from "../../../base/system_errors.ts";
import { Refusal } from "../../../base/refusal.ts";

export type StorageFault = "full" | "read_only" | "corrupt" | "busy" | "io";

const BY_CODE: ReadonlyMap<number, StorageFault> = new Map([
  [5, "busy"],
  [6, "busy"],
  [8, "read_only"],
  [10, "io"],
  [11, "corrupt"],
  [13, "full"],
  [14, "io"],
  [26, "corrupt"],
]);

const BY_TEXT: readonly (readonly [string, StorageFault])[] = [
  ["database or disk is full", "full"],
  ["attempt to write a readonly database", "read_only"],
  ["database disk image is malformed", "corrupt"],
  ["file is not a database", "corrupt"],
  ["database is locked", "busy"],
  ["database table is locked", "busy"],
  ["disk I/O error", "io"],
  ["unable to open database file", "io"],
];

/** undefined: not the storage's fault but a mistake of ours. */
export function storageFault(error: unknown): StorageFault | undefined {
  if (!(error instanceof Error) || error instanceof Refusal) return undefined;
  const { errcode, code } = error as { errcode?: unknown; code?: unknown };
  if (typeof errcode === "number") return BY_CODE.get(errcode & 0xff);
  if (code === "ENOSPC" || code === "EDQUOT") return "full";
  if (code === "EROFS") return "read_only";
  if (code === "EIO") return "io";
  return BY_TEXT.find(([text]) => error.message.includes(text))?.[1];
}

const IN_WORDS: Record<StorageFault, string> = {
  full: "the disk is full",
  read_only: "it cannot be written",
  corrupt:
    "it is damaged, or not a database of this program; restore a backup, or move it away to begin anew",
  busy: "another program has it locked",
  io: "it cannot be read or written",
};

/** Why a database cannot be opened, as an operator is told. */
export function cannotOpen(path: string, error: unknown): Error {
  const fault = storageFault(error);
  const reason = fault === undefined ? reasonOf(error) : IN_WORDS[fault];
  const text = `Cannot open the database ${path}: ${
    reason.replace(/^Error: /, "")
  }`;
  if (fault === "corrupt") {
    return new Refusal("storage_read_only", { explanation: text });
  }
  return new Error(text, { cause: error });
}

/** Of one that is known to be corrupt. */
export function damagedDatabase(): Refusal {
  return new Refusal("storage_read_only", {
    explanation:
      'The database is damaged: "db check" says where, "backup restore BACKUP --force" brings a backup back',
  });
}

/** The answer to a peer whose write met this fault. */
export function refusalFor(fault: StorageFault): Refusal {
  switch (fault) {
    case "full":
      return new Refusal("storage_full");
    case "read_only":
      return new Refusal("storage_read_only");
    case "corrupt":
      return damagedDatabase();
    case "busy":
      return new Refusal("busy");
    case "io":
      return new Refusal("unavailable");
  }
}

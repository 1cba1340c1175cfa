/** The database and the files beside it. @module */
import { choice, flag, path, size } from "../../kinds.ts";
import { atStart, key, type Keys, KIB, MIB } from "../key.ts";

export const STORAGE = {
  "storage.database": atStart(
    path,
    "chat.db",
    "Database file, relative to the state directory",
  ),
  "storage.sync": atStart(
    choice("full", "normal", "off"),
    "full",
    "What survives: power loss, only the end of the process, or (for benchmarks) nothing",
  ),
  "storage.inline_max": atStart(
    size({ max: 16 * MIB }),
    64 * KIB,
    "Larger messages are files beside the database",
  ),
  "storage.dedup": atStart(
    flag,
    true,
    "Store equal large messages once",
  ),
  "storage.min_free": key(
    size(),
    512 * MIB,
    "No mail is taken with less disk free",
  ),
} as const satisfies Keys<"storage">;

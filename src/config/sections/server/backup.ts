/** Copies that the relay makes of itself. @module */
import { duration, integer, path } from "../../kinds.ts";
import { key, type Keys } from "../key.ts";

export const BACKUP = {
  "backup.every": key(
    duration(),
    0,
    "How old the last one may be; 0: none are made by themselves. They keep for so long what people have deleted",
  ),
  "backup.dir": key(
    path,
    "",
    "Where, below the state directory if it is relative; empty: backups in the state directory. Another disk is better",
  ),
  "backup.keep": key(
    integer(1, 1000),
    7,
    "How many; the oldest go",
  ),
} as const satisfies Keys<"backup">;

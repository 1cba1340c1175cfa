/** What is logged, and where. @module */
import {
  choice,
  flag,
  integer,
  list,
  path,
  quote,
  size,
  textual,
} from "../../kinds.ts";
import { atStart, key, type Keys, MIB } from "../key.ts";

const NOTHING = ["off", "none", "stdout", ""];

/** What a service writes to standard error is what the system's log gets of it. */
const target = textual("stderr, or path", (text) => {
  if (text === "syslog") return "stderr";
  const plain = path.parse(text.replace(/^file:(?:\/\/(?=\/))?/, ""));
  if (!NOTHING.includes(plain)) return plain;
  throw new SyntaxError(
    `must be stderr or the path of a file; log.level = "off" logs nothing (got ${
      quote(text)
    })`,
  );
});

export const LOG = {
  "log.level": key(
    choice("off", "error", "warn", "info", "debug"),
    "off",
    "How much is logged; only debug shows addresses, and ends after an hour",
  ),
  "log.targets": atStart(
    list(target, { max: 8 }),
    ["stderr"],
    "stderr, or paths of files; of a service, stderr is the journal",
  ),
  "log.format": key(
    choice("text", "json"),
    "text",
    "How each line is written: words, or an object of JSON",
  ),
  "log.operational": key(
    flag,
    true,
    "Whatever the level, standard error is told of start and end, ports, certificates and what is degraded, nothing of users; false: only why it does not run",
  ),
  "log.max_size": key(
    size(),
    50 * MIB,
    "A file of the log that would become larger is put aside; 0: never",
  ),
  "log.keep": key(
    integer(1, 100),
    5,
    "How many of those files are kept, as .1, .2 …; the oldest go",
  ),
  "log.lock": key(
    flag,
    false,
    "The level can be lowered at run time, but not raised above this file's",
  ),
} as const satisfies Keys<"log">;

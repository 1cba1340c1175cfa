/** Checks a database in a thread of its own: it reads every page. @module */
import { answerQuestions } from "../../observe/worker_link.ts";
import { takeInLog } from "./database/log.ts";
import { openReading } from "./database/open.ts";

/** What was found wrong, if anything. */
export interface CheckReply {
  readonly problems: readonly string[];
}

function check(path: string): CheckReply {
  try {
    const db = openReading(path);
    try {
      const rows = db.rows<{ quick_check: string }>("PRAGMA quick_check");
      const found = rows.map(({ quick_check }) => quick_check);
      return { problems: found.filter((text) => text !== "ok") };
    } finally {
      db.close();
      takeInLog(path);
    }
  } catch (error) {
    return { problems: [String(error)] };
  }
}

answerQuestions<string, CheckReply>(check);

/** Lists accounts in a thread of its own: to sort very many takes its time. @module */
import { answerQuestions } from "../../../observe/worker_link.ts";
import type { ListingQuestion, ListingReply } from "./large_lists.ts";
import { openReading } from "../database/open.ts";
import { AccountTable } from "../tables/account_table.ts";

function list({ path, query, filter }: ListingQuestion): ListingReply {
  try {
    const db = openReading(path);
    try {
      const table = new AccountTable(db);
      const { search = "" } = query;
      const isAll = search === "" && filter.kind === "every";
      return {
        accounts: table.list(query, filter),
        total: isAll ? undefined : table.countMatching(search, filter),
      };
    } finally {
      db.close();
    }
  } catch (error) {
    return { problem: String(error) };
  }
}

answerQuestions<ListingQuestion, ListingReply>(list);

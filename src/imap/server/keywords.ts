import type { FlagSet } from "../proto/flags.ts";
import { ImapNo } from "./command.ts";

const MAX_KEYWORD = 64;

/** How many keywords fit is the store's to say. @throws {ImapNo} one that is too long */
export function checkKeywords({ keywords }: FlagSet): void {
  if (keywords.some((keyword) => keyword.length > MAX_KEYWORD)) {
    throw new ImapNo("[LIMIT] Keyword too long");
  }
}

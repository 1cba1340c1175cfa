/**
 * Messages with a text in their header or in what a person would read of them;
 * the newest first looked at, and no more of them than can be waited for.
 *
 * @module
 */
import * as v from "valibot";
import type { Uid } from "../../../base/ids.ts";
import type { ReadMessage } from "../../../mail/account_mail.ts";
import { readContentType } from "../../../mail/content_type.ts";
import { parseHeader } from "../../../mail/header.ts";
import {
  MessageGone,
  MessageReader,
} from "../../../mail/reading/message_reader.ts";
import { Needle } from "../../../mail/reading/needle.ts";
import {
  folded,
  occursIn,
  occursInHeader,
} from "../../../mail/reading/text_search.ts";
import { action, mailbox, type Visit } from "../action.ts";
import { badRequest, WebmailFault } from "../faults.ts";
import { openMailbox, summariesOf } from "../reading.ts";

const MAX_QUERY = 1000;
const MAX_MESSAGES = 5000;
const MAX_RESULTS = 200;
const BATCH = 16;
const TURN_MS = 10;
const LIMIT_MS = 5000;

export const search = action({
  input: {
    mailbox,
    query: v.optional(v.pipe(v.string(), v.maxLength(MAX_QUERY)), ""),
  },
  async run(visit, { mailbox, query }) {
    const text = query.trim();
    if (text === "") throw badRequest("empty query");
    const { mail } = visit.account;
    const found = await openMailbox(mail, mailbox);
    const { uids } = await mail.snapshot(found.id);
    const needle = new Needle(folded(text));
    const turns = new Turns(visit);
    const rows: ReadMessage[] = [];
    const oldest = Math.max(0, uids.length - MAX_MESSAGES);
    for (let end = uids.length; end > oldest; end -= BATCH) {
      if (rows.length >= MAX_RESULTS || visit.ending.aborted) break;
      const range = {
        first: uids[Math.max(oldest, end - BATCH)] as Uid,
        last: uids[end - 1] as Uid,
      };
      const some = await mail.messages(found.id, range, BATCH, "body");
      for (const row of some.reverse()) {
        const message = new MessageReader(mail, found.id, row);
        const matches = await isFoundIn(message, needle, turns)
          .catch((error) => {
            if (error instanceof MessageGone) return false;
            throw error;
          });
        if (matches) rows.push(row);
        await turns.checkpoint();
      }
    }
    const newest = rows.slice(0, MAX_RESULTS).reverse();
    return await summariesOf(mail, found, newest);
  },
});

async function isFoundIn(
  message: MessageReader,
  needle: Needle,
  turns: Turns,
): Promise<boolean> {
  const header = await message.header();
  return isEncrypted(header)
    ? occursInHeader(header, needle)
    : await occursIn(message, needle, { place: "text", turns });
}

/** Nobody here could read what is in it: as large as it may be, none of it is looked at. */
function isEncrypted(header: Uint8Array): boolean {
  const type = parseHeader(header).textOf("content-type") ?? "";
  const found = readContentType(type);
  return found?.type === "multipart" && found.subtype === "encrypted";
}

/** Keeps a search from holding up all others. */
class Turns {
  #usedMs = 0;
  #start: number;

  constructor(readonly visit: Pick<Visit, "backend">) {
    this.#start = visit.backend.clock.monotonic();
  }

  checkpoint(): Promise<void> | undefined {
    const elapsed = this.visit.backend.clock.monotonic() - this.#start;
    return elapsed < TURN_MS ? undefined : this.#end(elapsed);
  }

  async #end(elapsed: number): Promise<void> {
    const { clock, timers } = this.visit.backend;
    this.#usedMs += elapsed;
    if (this.#usedMs > LIMIT_MS) {
      throw new WebmailFault(503, "search too expensive", "busy", 60);
    }
    await timers.sleep(0);
    this.#start = clock.monotonic();
  }
}

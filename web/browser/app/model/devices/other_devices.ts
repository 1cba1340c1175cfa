/**
 * Other devices of the account, another browser or a Delta Chat app: they hear
 * at once what was done here with chats, people and the profile, and the other
 * way round. What cannot be told now is told with the next connection.
 *
 * @module
 */
import type { Received } from "../../protocol/reader.ts";
import { makeMessageId } from "../../protocol/writer.ts";
import type { Book } from "../book.ts";
import { now } from "../clock.ts";
import type { Outbox } from "../outbox.ts";
import { carryOut } from "./carry_out.ts";
import {
  readItems,
  type SyncData,
  type SyncItem,
  writeItems,
} from "./sync_items.ts";

const RECORD = "devices";
/** What was told comes back to us, too: so many are known as ours. */
const MAX_SENT = 100;
const MAX_WAITING = 500;

interface Kept {
  readonly waiting: readonly SyncItem[];
  readonly sent: readonly string[];
}

export class OtherDevices {
  readonly #book: Book;
  readonly #outbox: Outbox;
  #kept: Kept | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(book: Book, outbox: Outbox) {
    this.#book = book;
    this.#outbox = outbox;
  }

  /** It is done here, and will be told; resolves when that is kept. */
  async tell(...all: readonly SyncData[]): Promise<void> {
    if (!this.#book.account.hasOtherDevices || all.length === 0) return;
    await this.#inTurn(async () => {
      const { waiting, sent } = await this.#read();
      const more = all.map((data) => ({ timestamp: now(), data }));
      await this.#keep({
        waiting: [...waiting, ...more].slice(-MAX_WAITING),
        sent,
      });
    });
    void this.sendWaiting();
  }

  /** What was not told yet. */
  async sendWaiting(): Promise<void> {
    await this.#inTurn(() => this.#send());
  }

  async #send(): Promise<void> {
    const { waiting, sent } = await this.#read();
    if (waiting.length === 0) return;
    const id = makeMessageId();
    await this.#keep({ waiting, sent: [...sent, id].slice(-MAX_SENT) });
    try {
      await this.#outbox.toSelf(id, writeItems(waiting));
    } catch {
      return; // with the next connection, or the next that is told
    }
    await this.#keep({ ...await this.#read(), waiting: [] });
  }

  /** @param message signed with our own key */
  async hear(message: Received): Promise<void> {
    if (message.sync === undefined) return;
    const { sent } = await this.#read();
    if (sent.includes(message.id)) return;
    const items = readItems(message.sync);
    for (const data of items) await carryOut(this.#book, data);
    if (items.length > 0) await this.#isThere();
  }

  /** Somebody told it who has our key: there is another device. */
  async #isThere(): Promise<void> {
    if (this.#book.account.hasOtherDevices) return;
    await this.#book.alterAccount((one) => ({ ...one, hasOtherDevices: true }));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch(() => {}); // whoever asked hears of it
    return done;
  }

  async #read(): Promise<Kept> {
    this.#kept ??= await this.#book.vault.get<Kept>(RECORD) ??
      { waiting: [], sent: [] };
    return this.#kept;
  }

  async #keep(kept: Kept): Promise<void> {
    this.#kept = kept;
    await this.#book.vault.put(RECORD, kept).catch(() => {}); // then it is known as long as the page is
  }
}

/** All mail of one account, out of the store and into files. @module */
import type { Uid } from "../../../base/ids.ts";
import type { AccountMail } from "../../../mail/account_mail.ts";
import type { Mailbox, MessageRow } from "../../../mail/mailbox.ts";
import type { MailWriter } from "./mail_writer.ts";

const PAGE = 100;
const LAST_UID = 0xffff_ffff as Uid;

export interface MailExport {
  readonly mailboxes: number;
  readonly messages: number;
  readonly bytes: number;
  /** Messages whose content is gone. */
  readonly lost: number;
}

export interface ExportOptions {
  /** Messages that came before, seconds since 1970 UTC, are left out. */
  readonly since?: number;
}

/**
 * Reads what is there when its turn comes; mail goes on. Of an export that fails
 * nothing stays.
 */
export async function exportMail(
  mail: AccountMail,
  writer: MailWriter,
  options: ExportOptions = {},
): Promise<MailExport> {
  const run = new Run(mail, writer, options);
  try {
    const done = await run.all();
    await writer.finish();
    return done;
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

class Run {
  #mailboxes = 0;
  #messages = 0;
  #bytes = 0;
  #lost = 0;

  constructor(
    readonly mail: AccountMail,
    readonly writer: MailWriter,
    readonly options: ExportOptions,
  ) {}

  async all(): Promise<MailExport> {
    for (const mailbox of await this.mail.list()) {
      if (!mailbox.selectable) continue;
      this.#mailboxes++;
      await this.writer.begin(mailbox);
      await this.#mailbox(mailbox);
      await this.writer.end(mailbox);
    }
    return {
      mailboxes: this.#mailboxes,
      messages: this.#messages,
      bytes: this.#bytes,
      lost: this.#lost,
    };
  }

  async #mailbox(mailbox: Mailbox): Promise<void> {
    for (let first = 1;;) {
      const range = { first: first as Uid, last: LAST_UID };
      const rows = await this.mail.messages(mailbox.id, range, PAGE);
      for (const row of rows) await this.#message(mailbox, row);
      const last = rows.at(-1);
      if (!last || last.uid >= LAST_UID) return;
      first = last.uid + 1;
    }
  }

  async #message(mailbox: Mailbox, row: MessageRow): Promise<void> {
    const { since } = this.options;
    if (since !== undefined && row.internalDate < since) return;
    const body = await this.mail.body(mailbox.id, row.uid);
    if (!body) {
      this.#lost++;
      return;
    }
    await this.writer.write(row, body, mailbox);
    this.#messages++;
    this.#bytes += body.sizeOctets;
  }
}

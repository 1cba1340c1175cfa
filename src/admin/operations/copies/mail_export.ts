/** The mail of one account, out of the relay. @module */
import { isAbsolute } from "node:path";
import { optional } from "valibot";
import {
  exportMail,
  type MailExport,
} from "../../../accounts/transfer/mail/mail_export.ts";
import type { MailWriter } from "../../../accounts/transfer/mail/mail_writer.ts";
import { MaildirWriter } from "../../../accounts/transfer/mail/maildir.ts";
import { MboxWriter } from "../../../accounts/transfer/mail/mbox.ts";
import { nowSeconds } from "../../../base/clock.ts";
import { Refusal } from "../../../base/refusal.ts";
import { systemError } from "../../../base/system_errors.ts";
import { userName } from "../../../files/owner.ts";
import type { Account } from "../../../store/accounts.ts";
import type { MailPolicy } from "../../../store/mail.ts";
import type { AdminContext } from "../../context.ts";
import { duration, text, username } from "../../fields.ts";
import { accountNamed } from "../../names.ts";
import { invalidField, operation } from "../../operation.ts";

/** Where the mail goes: one of the two. */
export interface ExportPlace {
  readonly maildir?: string | undefined;
  readonly mbox?: string | undefined;
}

/** What is only read needs no quota, and stays as it is. */
const READ_ONLY: MailPolicy = {
  quota() {
    throw new TypeError("An export writes nothing");
  },
  seenGraceSeconds: () => undefined,
};

/**
 * All of an account's mail, or none: what fails leaves nothing behind.
 *
 * @throws {Refusal} `invalid_value` if the place cannot be used, `already_exists`, `storage_full`
 */
export async function exportMailOf(
  context: AdminContext,
  account: Account,
  place: ExportPlace,
  since?: number,
): Promise<MailExport> {
  try {
    const writer = await writerAt(place);
    const mail = context.store.mail.of(account.id, READ_ONLY);
    return await exportMail(
      mail,
      writer,
      since === undefined ? {} : { since },
    );
  } catch (error) {
    throw told(error, context);
  }
}

async function writerAt({ maildir, mbox }: ExportPlace): Promise<MailWriter> {
  if ((maildir === undefined) === (mbox === undefined)) {
    throw invalidField("maildir", "name one of maildir and mbox");
  }
  const [field, path] = maildir === undefined
    ? ["mbox", mbox!]
    : ["maildir", maildir];
  if (!isAbsolute(path)) throw invalidField(field, "must be an absolute path");
  return await (field === "mbox" ? MboxWriter : MaildirWriter).open(path);
}

function told(error: unknown, { live }: AdminContext): unknown {
  const fault = systemError(error);
  if (fault === undefined) return error;
  const { code, reason, path } = fault;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new Refusal("storage_full");
  }
  // whoever asks may well write what the process that does it may not
  const as = code === "EACCES" && live !== undefined
    ? `: the server writes it, as ${userName()}`
    : "";
  return new Refusal("invalid_value", {
    explanation: `${path ?? "The place"}: ${reason}${as}`,
  });
}

export const MAIL_EXPORT_OPERATIONS = {
  /** Refuses with `not_found`, `already_exists`, `storage_full`, `invalid_value` if the place cannot be used. */
  "mail.export": operation({
    takesLong: true,
    summary: "Write all mail of an account to files; it stays here too",
    scope: "full",
    // nothing of the relay, but it has to be on record
    changes: true,
    input: {
      username: username(),
      maildir: optional(
        text("absolute path of a Maildir, which must not be there yet"),
      ),
      mbox: optional(
        text("absolute path of an mbox file, which must not be there yet"),
      ),
      since: optional(duration("how old the oldest message may be")),
    },
    async run(context, { username, since, ...place }) {
      const account = await accountNamed(context, username);
      const now = nowSeconds(context.clock);
      const done = await exportMailOf(
        context,
        account,
        place,
        since === undefined ? undefined : now - since,
      );
      return { username: account.address, ...done };
    },
  }),
} as const;

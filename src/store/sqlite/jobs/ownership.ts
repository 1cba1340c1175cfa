/** Whose a mailbox is: to others it does not exist. @module */
import { Refusal } from "../../../base/refusal.ts";
import type { AccountId, MailboxId } from "../../../base/ids.ts";
import type { Mailbox } from "../../../mail/mailbox.ts";
import type { JobContext } from "./context.ts";

/** @throws {Refusal} `no_such_mailbox` */
export function ownMailbox(
  context: JobContext,
  account: AccountId,
  id: MailboxId,
): Mailbox {
  const mailbox = context.mailboxes.byId(id);
  if (mailbox?.account !== account) throw new Refusal("no_such_mailbox");
  return mailbox;
}

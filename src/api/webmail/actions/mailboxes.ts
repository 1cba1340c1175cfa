/** Mailboxes: which there are, and what becomes of them. @module */
import { Refusal } from "../../../base/refusal.ts";
import { checkNewName, isNameOnly } from "../../../mail/mailbox_name.ts";
import { action, name, type Visit } from "../action.ts";
import { badRequest, unknownMailbox, WebmailFault } from "../faults.ts";
import { INBOX, mailboxName } from "../reading.ts";
import { mailboxInfos } from "../views.ts";

const MAX_NAME_OCTETS = 200;

export const listMailboxes = action({
  input: {},
  async run({ account }) {
    return mailboxInfos(await account.mail.list());
  },
});

export const createMailbox = action({
  input: { name },
  async run({ account }, { name }) {
    const asked = newName(name);
    if (asked === INBOX) throw badRequest("cannot create INBOX");
    checkNewName(asked);
    checkLength(asked);
    await account.mail.create(asked);
    return { status: "created" } as const;
  },
});

export const deleteMailbox = action({
  input: { name },
  async run(visit, { name }) {
    const asked = newName(name);
    if (asked === INBOX) {
      throw new WebmailFault(403, "cannot delete INBOX", "mailbox_undeletable");
    }
    await checkKnown(visit, asked);
    await visit.account.mail.delete(asked);
    return { status: "deleted" } as const;
  },
});

export const renameMailbox = action({
  input: { old_name: name, new_name: name, oldName: name, newName: name },
  async run(visit, { old_name, new_name, oldName, newName: alias }) {
    const from = newName(old_name || oldName);
    const to = newName(new_name || alias);
    if (from === INBOX) {
      throw new WebmailFault(403, "cannot rename INBOX", "mailbox_undeletable");
    }
    await checkKnown(visit, from);
    checkNewName(to);
    checkLength(to);
    if (to.startsWith(`${from}/`)) {
      throw badRequest("a mailbox cannot be moved into itself");
    }
    await visit.account.mail.rename(from, to);
    return { status: "renamed" } as const;
  },
});

/** @throws {WebmailFault} */
function newName(text: string): string {
  if (text === "") throw badRequest("missing mailbox name");
  return mailboxName(text);
}

/** Shorter than what IMAP takes: clients make files of these names. @throws {Refusal} */
function checkLength(name: string): void {
  if (new TextEncoder().encode(name).length > MAX_NAME_OCTETS) {
    throw new Refusal("mailbox_name_invalid");
  }
}

async function checkKnown({ account }: Visit, name: string): Promise<void> {
  const mailbox = await account.mail.find(name);
  if (!mailbox || isNameOnly(mailbox, await account.mail.list())) {
    throw unknownMailbox();
  }
}

import assert from "node:assert/strict";
import type { MailboxId, ModSeq, Uid } from "../../src/base/ids.ts";
import { SelectedMailbox } from "../../src/imap/server/selected.ts";
import type { AccountMail } from "../../src/mail/account_mail.ts";
import type { MailboxChange } from "../../src/mail/mailbox.ts";
import { MemoryMail } from "./memory_mail.ts";

function open(mail: AccountMail) {
  return SelectedMailbox.open({
    mail,
    name: "INBOX",
    readOnly: false,
    onNotice: () => {},
  });
}

Deno.test("SelectedMailbox.open() knows of what came before it was told of the mailbox", async () => {
  const mail = new MemoryMail();
  const uid = mail.deliver("INBOX", "\n");
  const late = (name: string, listener: (change: MailboxChange) => void) =>
    mail.select(name, listener).then(async (watched) => {
      await mail.storeFlags({
        mailbox: watched!.mailbox.id,
        uids: [{ first: uid, last: uid as Uid }],
        mode: "add",
        flags: 0,
        keywords: ["new"],
      });
      return watched; // as it was before
    });
  const racing: AccountMail = Object.create(mail, { select: { value: late } });
  const opened = await open(racing);
  assert.deepEqual(opened?.selected.keywords, ["new"]);
  assert.equal(opened?.selected.hasNotices, true);
  opened?.selected.close();
});

Deno.test("a change that cannot be read ends the selection, after one look", async () => {
  const mail = new MemoryMail();
  mail.deliver("INBOX", "\n");
  const { listeners, mailbox } = mail.box("INBOX");
  let looks = 0;
  const lossy: AccountMail = Object.create(mail, {
    select: { value: mail.select.bind(mail) },
    changesSince: {
      value(id: MailboxId, modSeq: ModSeq) {
        looks++;
        return mail.changesSince(id, modSeq);
      },
    },
  });
  const { selected } = (await open(lossy))!;
  const modSeq = mailbox.highestModSeq + 5 as ModSeq; // was committed, and is no more
  for (const listener of listeners) {
    listener({
      mailbox: mailbox.id,
      previous: modSeq - 1 as ModSeq,
      modSeq,
      appended: [],
      flags: [],
      expunged: [],
    });
  }
  assert.equal(selected.lost, undefined);
  await selected.prepare();
  assert.equal(selected.lost, "Mailbox is out of step");
  assert.equal(looks, 1);
  selected.close();
});

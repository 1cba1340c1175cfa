import assert from "node:assert/strict";
import type { Uid } from "../../src/base/ids.ts";
import type { ImapMail } from "../../src/imap/server/backend.ts";
import { SelectedMailbox } from "../../src/imap/server/selected.ts";
import { MemoryMail } from "./memory_mail.ts";

Deno.test("SelectedMailbox.open() knows of keywords that came while it read", async () => {
  const mail = new MemoryMail();
  const uid = mail.deliver("INBOX", "\n");
  const { mailbox } = mail.box("INBOX");
  const racing: ImapMail = Object.create(mail, {
    onChange: { value: mail.onChange.bind(mail) },
    mailbox: {
      async value() {
        await mail.storeFlags({
          mailbox: mailbox.id,
          uids: [{ first: uid, last: uid as Uid }],
          mode: "add",
          flags: 0,
          keywords: ["new"],
        });
        return mailbox; // as it was before
      },
    },
  });
  const opened = await SelectedMailbox.open({
    mail: racing,
    mailbox,
    readOnly: false,
    onNotice: () => {},
  });
  assert.deepEqual(opened?.selected.keywords, ["new"]);
  opened?.selected.close();
});

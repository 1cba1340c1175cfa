import assert from "node:assert/strict";
import { MemoryMail } from "../../../../tests/imap/memory_mail.ts";
import { MailboxesFeed } from "./mailboxes_feed.ts";

/** A client that takes what it was sent when it is told to. */
function scene() {
  const mail = new MemoryMail();
  const frames: { name: string; messages: number; unseen: number }[][] = [];
  const bugs: unknown[] = [];
  let taken: (() => void)[] | undefined;
  const feed = new MailboxesFeed({
    mail,
    outbox: {
      push(frame) {
        const { action, data } = JSON.parse(frame);
        assert.equal(action, "mailboxes_changed");
        frames.push(data);
      },
      drained: () => taken ? new Promise((ok) => taken!.push(ok)) : turn(),
    },
    pause: turn,
    reportBug: (error) => bugs.push(error),
  });
  return {
    mail,
    feed,
    frames,
    bugs,
    /** From now on nothing is taken. */
    hold: () => void (taken = []),
    release() {
      const waiting = taken ?? [];
      taken = undefined;
      for (const ok of waiting) ok();
    },
    counts: () =>
      frames.splice(0).map((all) =>
        all.map(({ name, messages, unseen }) => [name, messages, unseen])
      ),
  };
}

const turn = () => Promise.resolve();

async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await turn();
}

Deno.test("who subscribes is told how it is, and each change after it", async () => {
  const { mail, feed, counts, bugs } = scene();
  await turns();
  assert.deepEqual(counts(), [[["INBOX", 0, 0]]]);
  mail.deliver("INBOX", "Subject: a\n\nb");
  await turns();
  assert.deepEqual(counts(), [[["INBOX", 1, 1]]]);
  await mail.create("Work");
  await turns();
  assert.deepEqual(counts(), [[["INBOX", 1, 1], ["Work", 0, 0]]]);
  await mail.setSubscribed("Work", true); // nothing that is shown
  await turns();
  assert.deepEqual(counts(), []);
  feed.stop();
  await mail.create("Late");
  await turns();
  assert.deepEqual(counts(), []);
  assert.deepEqual(bugs, []);
});

Deno.test("a client that takes nothing hears the last of many states alone", async () => {
  const { mail, counts, hold, release } = scene();
  await turns();
  counts();
  hold();
  for (let i = 0; i < 100; i++) {
    mail.deliver("INBOX", "Subject: a\n\nb");
    await turn();
  }
  await turns();
  assert.deepEqual(counts(), []);
  release();
  await turns();
  assert.deepEqual(counts(), [[["INBOX", 100, 100]]]);
});

Deno.test("what goes wrong is reported, and the next change is told again", async () => {
  const { mail, counts, bugs } = scene();
  await turns();
  counts();
  const { list } = mail;
  mail.list = () => Promise.reject(new Error("no store"));
  mail.deliver("INBOX", "Subject: a\n\nb");
  await turns();
  assert.equal(bugs.length, 1);
  mail.list = list;
  mail.deliver("INBOX", "Subject: a\n\nb");
  await turns();
  assert.deepEqual(counts(), [[["INBOX", 2, 2]]]);
});

/** Notices of the operator, mail deleted for everybody, and the jobs that do both. @module */
import assert from "node:assert/strict";
import { generateKey } from "openpgp";
import { PEER, STRONG } from "../../accounts/test_accounts.ts";
import { secretOfText } from "../../../src/base/secret.ts";
import type { AccountId, Uid } from "../../../src/base/ids.ts";
import { SEEN } from "../../../src/mail/mailbox.ts";
import type { MailPolicy } from "../../../src/store/mail.ts";
import { call, type Relay, withRelay } from "../relay.ts";
import { queueTo } from "../../store/queue_world.ts";
import { ask } from "./ask.ts";
import { refused, wrongField } from "./refusals.ts";

function relayTest(name: string, work: (relay: Relay) => Promise<void>): void {
  Deno.test(name, () => withRelay(work));
}

const NOTICE = "/admin/notice";
const QUEUE = "/admin/queue";
const LAST = 0xffff_ffff as Uid;

async function people(relay: Relay, ...names: string[]): Promise<AccountId[]> {
  const ids: AccountId[] = [];
  for (const name of names) {
    const { id } = await relay.accounts.login(
      `${name}.chats@relay.example`,
      secretOfText(STRONG),
      PEER,
    );
    ids.push(id);
  }
  return ids;
}

const POLICY: MailPolicy = {
  quota() {
    throw new TypeError("No mail is added here");
  },
  seenGraceSeconds: () => undefined,
};

/** What is in the INBOX, as text, the oldest first. */
async function inbox(relay: Relay, account: AccountId): Promise<string[]> {
  const mail = relay.store.mail.of(account, POLICY);
  const found = (await mail.find("INBOX"))!;
  const range = { first: 1 as Uid, last: LAST };
  const texts: string[] = [];
  for (const { uid } of await mail.messages(found.id, range, 100)) {
    const body = (await mail.body(found.id, uid))!;
    const octets: number[] = [];
    for await (const piece of body) octets.push(...piece);
    texts.push(new TextDecoder().decode(Uint8Array.from(octets)));
  }
  return texts;
}

async function read(relay: Relay, account: AccountId): Promise<void> {
  const mail = relay.store.mail.of(account, POLICY);
  const { id } = (await mail.find("INBOX"))!;
  await mail.storeFlags({
    mailbox: id,
    uids: [{ first: 1 as Uid, last: LAST }],
    mode: "add",
    flags: SEEN,
    keywords: [],
  });
}

relayTest("a notice to one account is a message of its own", async (relay) => {
  const [ann, bob] = await people(relay, "ann", "bob");
  const before = (await ask(relay, "GET", NOTICE)).body;
  assert.equal(before.total_users, 2);
  assert.equal(before.domain, "relay.example");
  const sent = await ask(relay, "POST", NOTICE, {
    subject: "Wartung heute Nacht – für alle",
    body: "سلام\r\n.\nA line that ends with a blank \n" + "x".repeat(200),
    recipient: "ann.chats",
  });
  assert.equal(sent.status, 200);
  assert.deepEqual([sent.body.sent, sent.body.failed], [1, 0]);
  const [message] = await inbox(relay, ann!);
  assert.match(message!, /^From: Admin <admin@relay\.example>\r\n/);
  assert.match(message!, /\r\nTo: <ann\.chats@relay\.example>\r\n/);
  assert.match(message!, /\r\nSubject: =\?UTF-8\?B\?[A-Za-z0-9+/=]+\?=\r\n/);
  assert.match(message!, /\r\nAuto-Submitted: auto-generated\r\n/);
  assert.match(message!, /\r\nChat-Version: 1\.0\r\n/);
  assert.ok(message!.split("\r\n").every((line) => line.length <= 78));
  assert.ok(!message!.includes("\n.\r\n"));
  assert.deepEqual(await inbox(relay, bob!), []);
});

relayTest(
  "who has a known key gets the notice encrypted, as the others get it",
  async (relay) => {
    const [ann, bob, eve] = await people(relay, "ann", "bob", "eve");
    const { publicKey } = await generateKey({
      type: "curve25519",
      userIDs: [{ email: "ann.chats@relay.example" }],
      format: "object",
    });
    await relay.store.accountKeys.put(ann!, publicKey.write());
    await relay.store.accountKeys.put(eve!, Uint8Array.of(0xc6, 1, 2));
    assert.equal((await ask(relay, "GET", NOTICE)).body.with_key, 2);
    const text = { subject: "Maintenance", body: "Tonight" };
    for (
      const [to, recipients, seeing] of [
        [{}, 3, 2],
        [{ recipient: "ann.chats" }, 1, 1],
        [{ recipient: "bob.chats" }, 1, 0],
        [{ audience: "inactive", inactive_for: "1d" }, 0, 0],
        [{ audience: "over_quota" }, 0, 0],
      ] as const
    ) {
      const preview = await call(relay, "notice.preview", { ...text, ...to });
      assert.deepEqual(
        [preview.recipients, preview.with_key],
        [recipients, seeing],
        JSON.stringify(to),
      );
    }
    for (let time = 1; time <= 2; time++) { // the second time it is there
      const sent = await call(relay, "notice.send", {
        ...text,
        key: "one",
        confirmed: true,
      });
      assert.deepEqual([sent.sent, sent.failed], [3, 0]);
    }
    const [sealed, ...more] = await inbox(relay, ann!);
    assert.equal(more.length, 0);
    assert.match(sealed!, /\r\nSubject: \[\.\.\.\]\r\n/);
    assert.doesNotMatch(sealed!, /Tonight/);
    for (const other of [bob!, eve!]) {
      const [inClear, ...again] = await inbox(relay, other);
      assert.equal(again.length, 0);
      assert.match(inClear!, /\r\n\r\nTonight\r\n$/);
    }
    const [last] = relay.notices.list();
    assert.deepEqual([last![1].sent, last![1].encrypted], [3, 1]);
  },
);

relayTest(
  "no subject becomes a header of its own, and nothing is sent to nobody",
  async (relay) => {
    const [ann] = await people(relay, "ann");
    const text = { subject: "Hello", body: "Hello" };
    for (
      const [field, body] of [
        ["subject", { ...text, subject: "x\r\nBcc: eve@far.example" }],
        ["subject", { ...text, subject: "x\0" }],
        ["subject", { ...text, subject: "  " }],
        ["subject", { ...text, subject: "x".repeat(201) }],
        ["subject", { body: "Hello" }],
        ["body", { ...text, body: " \n " }],
        ["body", { subject: "Hello" }],
        ["body", { ...text, body: 7 }],
        ["audience", { ...text, audience: "some" }],
        ["username", { ...text, recipient: "a b" }],
      ] as const
    ) await wrongField(ask(relay, "POST", NOTICE, body), field);
    await refused(
      ask(relay, "POST", NOTICE, { ...text, recipient: "nobody.here" }),
      "not_found",
    );
    await refused(
      ask(relay, "POST", NOTICE, { ...text, audience: "over_quota" }),
      "not_found",
    );
    await refused(
      call(relay, "notice.send", text),
      "confirmation_required",
    );
    const long = await ask(relay, "POST", NOTICE, {
      subject: `=?${"ä".repeat(150)}`,
      body: "x",
      recipient: "ann.chats",
    });
    assert.equal(long.body.sent, 1);
    const [message] = await inbox(relay, ann!);
    const header = message!.slice(0, message!.indexOf("\r\n\r\n"));
    assert.ok(!/\r\n(?![A-Z ][A-Za-z-]*)/.test(header));
    assert.equal(message!.match(/^Subject:/gm)?.length, 1);
  },
);

relayTest(
  "a notice to all comes once, however often its key is sent",
  async (relay) => {
    const ids = await people(relay, "ann", "bob", "eve");
    const notice = { subject: "Hello", body: "To all", key: "moving-day" };
    const first = (await ask(relay, "POST", NOTICE, notice)).body;
    assert.deepEqual([first.sent, first.state, first.duplicate], [
      3,
      "done",
      false,
    ]);
    const again = (await ask(relay, "POST", NOTICE, notice)).body;
    assert.deepEqual([again.sent, again.duplicate], [3, true]);
    for (const id of ids) {
      const [message, ...more] = await inbox(relay, id);
      assert.equal(more.length, 0);
      assert.match(message!, /\r\nTo: undisclosed-recipients:;\r\n/);
    }
    const history = await call(relay, "notice.history", {});
    assert.equal(history.notices.length, 1);
    assert.equal(history.notices[0]!.body, "To all");
  },
);

relayTest(
  "what was interrupted goes on, and nobody gets it twice",
  async (relay) => {
    const [ann, bob] = await people(relay, "ann", "bob");
    const notice = { subject: "Hello", body: "To all", key: "moving-day" };
    await ask(relay, "POST", NOTICE, { ...notice, recipient: "ann.chats" });
    const [[id, row]] = relay.notices.list() as [[string, never]];
    // as the process that was killed has left it
    await relay.notices.put(
      id,
      { ...row as object, state: "running", job: "x" } as never,
    );
    const status = await call(relay, "notice.status", {});
    assert.equal(status.last?.state, "interrupted");
    const on = (await ask(relay, "POST", NOTICE, notice)).body;
    assert.deepEqual([on.sent, on.failed], [2, 0]);
    assert.equal((await inbox(relay, ann!)).length, 1);
    assert.equal((await inbox(relay, bob!)).length, 1);
  },
);

relayTest(
  "notices reach those who never logged in, and show what they will be",
  async (relay) => {
    await people(relay, "ann");
    await ask(relay, "POST", "/admin/accounts", {
      username: "new.chats",
      password: STRONG,
    });
    const text = { subject: "Hello", body: "Still there?" };
    const preview = await call(relay, "notice.preview", {
      ...text,
      audience: "never",
    });
    assert.equal(preview.recipients, 1);
    assert.match(preview.message, /\r\n\r\nStill there\?\r\n$/);
    const sent = await ask(relay, "POST", NOTICE, {
      ...text,
      audience: "never",
    });
    assert.equal(sent.body.sent, 1);
  },
);

relayTest(
  "mail of everybody is counted, and deleted when that is meant",
  async (relay) => {
    const [ann, bob] = await people(relay, "ann", "bob");
    await ask(relay, "POST", NOTICE, { subject: "Hello", body: "1" });
    await read(relay, ann!);
    const count = async (which: "all" | "read" | "unread") =>
      (await call(relay, "messages.purge", { which, dry_run: true })).counted;
    assert.deepEqual(
      [await count("all"), await count("read"), await count("unread")],
      [2, 1, 1],
    );
    await refused(
      call(relay, "messages.purge", { which: "all" }),
      "confirmation_required",
    );
    const post = async (body: Record<string, unknown>) =>
      (await ask(relay, "POST", QUEUE, body)).body;
    assert.deepEqual(await post({ action: "purge_read" }), {
      action: "purge_read",
      message: "deleted 1",
      deleted: 1,
    });
    assert.equal((await inbox(relay, ann!)).length, 0);
    assert.equal((await inbox(relay, bob!)).length, 1);
    const older = { action: "purge_older", retention: "1h" };
    assert.equal((await post(older)).deleted, 0);
    await relay.clock.pass(7_200_000);
    assert.equal((await post({ ...older, retention: "3600" })).deleted, 1);
    await ask(relay, "POST", NOTICE, { subject: "Hello", body: "2" });
    const user = { action: "purge_user", username: "ann.chats" };
    assert.equal((await post(user)).deleted, 1);
    assert.equal((await post({ action: "purge_all" })).deleted, 1);
    assert.equal((await post({ action: "purge_blobs" })).deleted, 0);
    const usage = await relay.store.mail.usage(bob!);
    assert.deepEqual([usage.messages, usage.octets], [0, 0]);
    await queueTo(relay.store, ["a@far.example", "b@near.example"]);
    assert.equal((await post({ action: "purge_queue" })).deleted, 2);
  },
);

relayTest("purges are refused without what they need", async (relay) => {
  for (
    const [field, body] of [
      ["action", { action: "invalid_action" }],
      ["action", { action: "toString" }],
      ["action", {}],
      ["username", { action: "purge_user" }],
      ["retention", { action: "purge_older" }],
      ["retention", { action: "purge_older", retention: "0" }],
      ["retention", { action: "purge_blobs_older", retention: "-1h" }],
      ["retention", { action: "purge_blobs_older", retention: "soon" }],
    ] as const
  ) await wrongField(ask(relay, "POST", QUEUE, body), field);
  await refused(
    ask(relay, "POST", QUEUE, { action: "purge_user", username: "nobody.x" }),
    "not_found",
  );
});

relayTest("jobs are listed, shown and ended early", async (relay) => {
  const begun = Promise.withResolvers<void>();
  const { id } = relay.jobs.start("messages.purge", 10, async (progress) => {
    progress.add({ done: 3 });
    begun.resolve();
    await new Promise((resolve) =>
      progress.signal.addEventListener("abort", resolve)
    );
  });
  await begun.promise;
  const shown = await call(relay, "jobs.show", { id });
  assert.deepEqual([shown.state, shown.done, shown.total], ["running", 3, 10]);
  await refused(
    call(relay, "messages.purge", { which: "all", confirmed: true }),
    "task_running",
  );
  await call(relay, "jobs.cancel", { id });
  const ended = await call(relay, "jobs.show", { id, wait: 5 });
  assert.equal(ended.state, "cancelled");
  assert.equal((await call(relay, "jobs.list", {})).jobs.length, 1);
  await refused(call(relay, "jobs.show", { id: "x" }), "not_found");
});

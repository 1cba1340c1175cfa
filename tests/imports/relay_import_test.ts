import assert from "node:assert/strict";
import { ANSWERED, FLAGGED, SEEN } from "../../src/mail/mailbox.ts";
import type { Address } from "../../src/mail/address.ts";
import { fileName, SECONDS, writeAccount, writeMailbox } from "./relay_tree.ts";
import {
  ANN,
  imported as importedBy,
  importTest,
  look,
  mailOf,
  type World,
} from "./world.ts";

const VALIDITY = 1_700_000_123;

function imported(world: World, options = "") {
  return importedBy(world, "import-relay", options);
}

importTest("a relay of Dovecot is taken over as it was", async (world) => {
  const { root } = world;
  const home = await writeAccount(root, ANN);
  await Deno.utime(`${home}/password`, SECONDS, SECONDS - 86_400);
  await writeMailbox(home, {
    directory: "",
    uidValidity: VALIDITY,
    uidNext: 90,
    packed: true,
    messages: [
      { uid: 7, text: "Subject: a\n\nfirst\n", flags: "FRSa" },
      { uid: 30, text: "Subject: b\r\n\r\nsecond\r\n" },
      { text: "Subject: c\n\nwithout a number\n", isNew: true },
      { uid: 12, text: "Subject: d\n\nthird\n", isNew: true },
    ],
  });
  await Deno.writeTextFile(`${home}/dovecot-keywords`, "0 $MDNSent\n");
  await Deno.writeTextFile(`${home}/subscriptions`, "V\t2\n\nDeltaChat\n");
  await Deno.writeTextFile(
    `${home}/metadata.json`,
    JSON.stringify({
      devicetoken: { new: SECONDS, old: SECONDS - 91 * 86_400, 5: "x" },
    }),
  );
  await writeMailbox(home, {
    directory: ".DeltaChat",
    uidValidity: VALIDITY + 1,
    uidNext: 4,
    messages: [{ uid: 3, text: "Subject: e\n\nmoved\n", flags: "S" }],
  });
  await writeMailbox(home, {
    directory: ".Sent.&AOk-t&AOk-",
    uidValidity: VALIDITY + 2,
    uidNext: 1,
    messages: [],
  });
  const dry = await imported(world, "--dry-run");
  assert.equal(dry.accounts, 1);
  assert.equal(dry.messages, 5);
  const report = await imported(world);
  assert.deepEqual(
    [report.accounts, report.mailboxes, report.messages, report.push_tokens],
    [1, 3, 5, 1],
  );
  assert.deepEqual([report.renumbered, report.unreadable, report.problems], [
    0,
    0,
    [],
  ]);
  const seen = await mailOf(world);
  const inbox = seen.get("INBOX")!;
  assert.equal(inbox.mailbox.uidValidity, VALIDITY);
  assert.equal(inbox.mailbox.uidNext, 91);
  assert.deepEqual(inbox.mailbox.keywords, ["$MDNSent"]);
  assert.deepEqual(inbox.messages, [
    `7 ${SEEN | ANSWERED | FLAGGED} 1 Subject: a\r\n\r\nfirst\r\n`,
    "12 0 0 Subject: d\r\n\r\nthird\r\n",
    "30 0 0 Subject: b\r\n\r\nsecond\r\n",
    "90 0 0 Subject: c\r\n\r\nwithout a number\r\n",
  ]);
  assert.equal(inbox.mailbox.unseen, 3);
  const moved = seen.get("DeltaChat")!;
  assert.ok(moved.mailbox.subscribed);
  assert.equal(moved.mailbox.uidValidity, VALIDITY + 1);
  assert.deepEqual(moved.messages, ["3 1 0 Subject: e\r\n\r\nmoved\r\n"]);
  assert.ok(seen.has("Sent/été"));
  await look(world, async ({ store }) => {
    const account = (await store.accounts.find(ANN as Address))!;
    assert.equal(account.firstLoginAt, SECONDS - 86_400);
    assert.deepEqual(await store.metadata.pushTokens(account.id), ["new"]);
  });
});

importTest("what was taken is not taken again", async (world) => {
  const { root } = world;
  const home = await writeAccount(root, ANN);
  const messages = [
    { uid: 5, text: "Subject: a\n\none\n" },
    { text: "Subject: b\n\ntwo\n" },
  ];
  const mailbox = { directory: "", uidValidity: VALIDITY, uidNext: 6 };
  await writeMailbox(home, { ...mailbox, messages });
  assert.equal((await imported(world)).messages, 2);
  const before = (await mailOf(world)).get("INBOX")!;
  const again = await imported(world);
  assert.deepEqual([again.messages, again.known_messages], [0, 2]);
  assert.deepEqual([again.accounts, again.known_accounts], [0, 1]);
  assert.deepEqual(
    (await mailOf(world)).get("INBOX")!.messages,
    before.messages,
  );
  // a message that came there meanwhile, under a UID that is taken here by now
  const more = [...messages, { uid: 6, text: "Subject: c\n\nthree\n" }];
  await writeMailbox(home, { ...mailbox, uidNext: 7, messages: more });
  const later = await imported(world);
  assert.deepEqual([later.messages, later.renumbered], [1, 1]);
  const after = (await mailOf(world)).get("INBOX")!;
  assert.deepEqual(after.messages.map((line) => line.split(" ")[0]), [
    "5",
    "6",
    "7",
  ]);
});

importTest("a message that was deleted here stays so", async (world) => {
  const { root } = world;
  const home = await writeAccount(root, ANN);
  await writeMailbox(home, {
    directory: "",
    uidValidity: VALIDITY,
    uidNext: 3,
    messages: [{ uid: 1, text: "a: b\n\n1" }, { uid: 2, text: "a: b\n\n2" }],
  });
  await imported(world);
  await look(world, async ({ store }) => {
    const account = (await store.accounts.find(ANN as Address))!;
    await store.accounts.purge(account.id);
  });
  const again = await imported(world);
  assert.deepEqual([again.messages, again.known_messages], [0, 2]);
  assert.equal((await mailOf(world)).get("INBOX")!.mailbox.uidNext, 3);
});

importTest(
  "accounts that were not imported keep their mail apart",
  async (world) => {
    const { relay, root } = world;
    await relay.run(`accounts create ${ANN} -p 'correct horse battery'`);
    const home = await writeAccount(root, ANN);
    await writeMailbox(home, {
      directory: "",
      uidValidity: VALIDITY,
      uidNext: 2,
      messages: [{ uid: 1, text: "a: b\n\nforeign\n" }],
    });
    const report = await imported(world);
    assert.deepEqual([report.accounts, report.messages], [0, 0]);
    assert.match(report.problems[0], /was not made by an import/);
    assert.deepEqual((await mailOf(world)).get("INBOX")!.messages, []);
  },
);

importTest("what is hostile or broken is left out and told", async (world) => {
  const { root } = world;
  const secret = await Deno.makeTempFile();
  await Deno.writeTextFile(secret, "Subject: x\n\nnot of here\n");
  const home = await writeAccount(root, ANN);
  await writeMailbox(home, {
    directory: "",
    uidValidity: VALIDITY,
    uidNext: 9,
    messages: [
      { uid: 1, text: "Subject: a\n\nsound\n" },
      { uid: 2, text: "" },
      { uid: 3, text: Uint8Array.of(0x42, 0x5a, 0x68, 0x39, 1, 2, 3) },
      { uid: 4, text: Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8) },
      { uid: 5, text: `X: ${"y".repeat(1_200_000)}` },
    ],
  });
  await Deno.symlink(secret, `${home}/cur/${SECONDS}.link:2,S`);
  await Deno.mkdir(`${home}/cur/directory`);
  await Deno.writeTextFile(`${home}/metadata.json`, "[1, 2");
  const list = `${home}/dovecot-uidlist`;
  await Deno.writeTextFile(
    list,
    `${await Deno.readTextFile(list)}0 :zero\n99999999999 :large\n1 :twice\n` +
      `x\n6 :${"n".repeat(2000)}\n`,
  );
  await writeMailbox(home, {
    directory: ".broken",
    uidValidity: VALIDITY,
    uidNext: 9,
    messages: [{ uid: 1, text: "Subject: b\n\nno list\n" }],
  });
  await Deno.writeTextFile(`${home}/.broken/dovecot-uidlist`, "\0\0\0garbage");
  await writeMailbox(home, {
    directory: ".far",
    uidValidity: 0xffff_ffff,
    uidNext: 9,
    messages: [{ uid: 8, text: "Subject: f\n\nfar\n" }],
  });
  await Deno.mkdir(`${home}/.&bad`);
  await Deno.mkdir(`${home}/.a%b/cur`, { recursive: true });
  await Deno.symlink("/etc", `${home}/.etc`);
  await Deno.symlink(home, `${root}/linked123@chat.example`);
  await writeAccount(root, "other1234@elsewhere.example");
  await writeAccount(root, "plainpass@chat.example", "not a hash");
  await Deno.mkdir(`${root}/neverwas1@chat.example`);
  await Deno.mkdir(`${root}/no at`);
  const report = await imported(world);
  await Deno.remove(secret);
  assert.deepEqual([report.accounts, report.refused_accounts], [1, 2]);
  assert.deepEqual([report.messages, report.unreadable], [3, 4]);
  const told = report.problems.join("\n");
  for (
    const part of [
      "it is empty",
      "packed with bzip2",
      "it is damaged",
      "its header has no end",
      "no mailbox can have this name",
      "UIDs are not kept",
      "other1234@elsewhere.example",
      "plainpass@chat.example",
      "a%b",
    ]
  ) assert.ok(told.includes(part), `${part} in ${told}`);
  const seen = await mailOf(world);
  assert.deepEqual(seen.get("INBOX")!.messages, [
    "1 0 0 Subject: a\r\n\r\nsound\r\n",
  ]);
  assert.equal(seen.get("broken")!.messages.length, 1);
  assert.notEqual(seen.get("far")!.mailbox.uidValidity, 0xffff_ffff);
  assert.ok(!seen.has("etc"));
  assert.equal(fileName(1), `${SECONDS}.M1P77.mail,S=10,W=12`);
});

/** Mail without encryption, and links with an account in them. */
import assert from "node:assert/strict";
import type { AccountId, QueueId } from "../../src/base/ids.ts";
import type { Address } from "../../src/mail/address.ts";
import { formatDelay, formatReport } from "../../src/delivery/report.ts";
import {
  parseLogin,
  tokenIn,
} from "../../web/browser/app/protocol/login_link.ts";
import { toOctets } from "../../web/browser/app/protocol/octets.ts";
import type { Messenger } from "../../web/browser/app/model/messenger.ts";
import { acquainted, texts } from "./people.ts";

const LETTER = [
  "From: Bob <bob@relay.example>",
  "To: ann@relay.example",
  "Subject: =?utf-8?B?R3LDvMOfZQ==?=",
  "Message-ID: <letter@example>",
  "Content-Type: multipart/alternative; boundary=x",
  "",
  "--x",
  "Content-Type: text/plain",
  "",
  "Plain words",
  "--x",
  "Content-Type: text/html",
  "",
  "<b>Bold</b><script>alert(1)</script>",
  "--x--",
  "",
].join("\r\n");

function clear({ book }: Messenger) {
  return book.chats.find(({ kind }) => kind === "clear");
}

Deno.test("a letter in clear is marked, apart from everybody's chats, and never HTML", async () => {
  const { ann } = await acquainted();
  const anns = ann.book.chats[0]!;
  const before = texts(ann, anns.id);
  await ann.receive(99, toOctets(LETTER));
  await ann.receive(100, toOctets(LETTER));
  assert.deepEqual(texts(ann, anns.id), before);
  const chat = clear(ann)!;
  assert.deepEqual([chat.unread, chat.members], [1, []]);
  const [message, ...more] = ann.book.messages(chat.id);
  assert.deepEqual(more, []);
  assert.equal(message?.text, "Grüße\n\nPlain words");
  assert.deepEqual([message?.from, message?.isInClear], [
    "bob@relay.example",
    true,
  ]);
  await ann.readState.openChat(chat.id);
  assert.equal(clear(ann)?.unread, 0);
});

Deno.test("letters in clear are so many, and take nobody else's place", async () => {
  const { relay, ann, bob, chat } = await acquainted();
  await bob.writing.send(chat.id, { text: "Sealed" });
  await relay.settle();
  const anns = ann.book.chats[0]!.id;
  const { id } = ann.book.messages(anns).find(({ text }) => text === "Sealed")!;
  for (let count = 0; count < 210; count++) {
    const own = count === 0 ? id : `letter-${count}@example`;
    await ann.receive(
      1000 + count,
      toOctets(LETTER.replace("letter@example", own)),
    );
  }
  assert.equal(ann.book.message(id)?.text, "Sealed");
  assert.equal(ann.book.allMessages(clear(ann)!.id).length, 200);
});

/** What the relay writes of a message that somebody did not get. */
function report(
  id: string,
  { hint = false, domain = "relay.example", isLate = false } = {},
): Uint8Array {
  const parts = {
    clock: { now: () => Date.now(), monotonic: () => 0 },
    random: (length: number) => new Uint8Array(length).fill(7),
    domain,
    hostname: domain,
    hint,
  };
  const message = {
    message: 1 as QueueId,
    account: 1 as AccountId,
    reversePath: "bob@relay.example",
    messageId: `<${id}>`,
    queuedAt: 1_799_999_000,
    ageSeconds: 0,
    waiting: 0,
    expiresInSeconds: 3600,
    recipients: [{
      n: 0,
      address: "ann@relay.example" as Address,
      note: { status: "5.2.1", text: "mailbox disabled" },
      lastAttemptAt: 1_799_999_500,
    }],
  };
  // deno-lint-ignore no-explicit-any
  const whole = message as any;
  return (isLate ? formatDelay(whole, parts) : formatReport(whole, parts))
    .octets;
}

for (const hint of [false, true]) {
  Deno.test(`a report of the relay ${hint ? "with the hint " : ""}marks the message as failed`, async () => {
    const { relay, bob, chat } = await acquainted();
    await bob.writing.send(chat.id, { text: "Into the void" });
    await relay.settle();
    const state = () =>
      bob.book.messages(chat.id).find(({ text }) => text === "Into the void")!;
    const { id } = state();
    await bob.receive(500, report(id, { isLate: true }));
    await bob.receive(501, report(id, { hint, domain: "evil.example" }));
    assert.equal(state().state, "sent");
    await bob.receive(502, report(id, { hint }));
    assert.equal(state().state, "failed");
    assert.match(state().error ?? "", /could not be delivered/);
  });
}

const LOGINS: readonly [text: string, address?: string, password?: string][] = [
  ["dclogin:ann@relay.example?p=secret&v=1", "ann@relay.example", "secret"],
  [
    "DCLOGIN://Ann@Relay.example/?p=a%26b%2B+c&v=1&ih=x",
    "ann@relay.example",
    "a&b++c",
  ],
  ["dclogin:ann@[192.0.2.1]?p=x&v=1", "ann@[192.0.2.1]", "x"],
  ["dclogin:ann@relay.example?v=1"],
  ["dclogin:%zz@relay.example?p=x"],
  ["dclogin:ann?p=x"],
  ["https://relay.example/?p=x"],
  [`dclogin:ann@relay.example?p=${"x".repeat(3000)}`],
];
for (const [text, address, password] of LOGINS) {
  Deno.test(`parseLogin() of ${text.slice(0, 60)}`, () => {
    const expected = address === undefined ? undefined : { address, password };
    assert.deepEqual(parseLogin(text), expected);
  });
}

const TOKENS = [
  ["abc", "abc"],
  [" abc ", "abc"],
  ["dcaccount:https://relay.example/new?token=abc", "abc"],
  ["DCACCOUNT://https://relay.example/new?t=abc", "abc"],
  ["https://relay.example/inv/abc", "abc"],
  ["https://relay.example/new", ""],
  ["https://[", ""],
] as const;
for (const [text, token] of TOKENS) {
  Deno.test(`tokenIn() of ${text}`, () => assert.equal(tokenIn(text), token));
}

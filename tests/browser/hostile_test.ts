/**
 * What strangers, and people who are known, may try on a client in the browser:
 * none of it is shown as another's words, nor changes what is theirs.
 */
import assert from "node:assert/strict";
import type { Messenger } from "../../web/browser/app/model/messenger.ts";
import type { Fields } from "../../web/browser/app/protocol/fields.ts";
import { readOwnKey } from "../../web/browser/app/protocol/keys.ts";
import {
  fromBase64,
  randomId,
  toOctets,
} from "../../web/browser/app/protocol/octets.ts";
import { open, seal } from "../../web/browser/app/protocol/seal.ts";
import {
  inviteSecret,
  sealWithSecret,
} from "../../web/browser/app/protocol/secret.ts";
import {
  visibleFileName,
  visibleName,
} from "../../web/browser/app/protocol/visible.ts";
import {
  makeMessageId,
  type Person,
  writeInner,
  writeOuter,
  writeStep,
} from "../../web/browser/app/protocol/writer.ts";
import { acquainted, person, texts } from "./people.ts";

interface Forged {
  readonly id?: string;
  readonly text?: string;
  readonly from?: Partial<Person>;
  /** In clear. */
  readonly outer?: string;
  readonly fields?: Fields;
  readonly gossip?: Person;
}

function self({ book }: Messenger): Person {
  const { address, name, key } = book.account;
  return {
    address,
    name,
    certificate: key.certificate,
    fingerprint: key.fingerprint,
  };
}

/** What `who` signs for `to`, whatever it says. */
async function forge(
  who: Messenger,
  to: Messenger,
  { id = makeMessageId(), text = "", from = {}, outer, fields = [], gossip }:
    Forged,
): Promise<Uint8Array> {
  const at = Math.floor(Date.now() / 1000);
  const letter = {
    id,
    at,
    from: { ...self(who), ...from },
    to: [gossip ?? self(to)],
    subject: "...",
    more: fields,
    body: { kind: "text", text } as const,
    gossip: gossip ? [gossip] : [],
  };
  const own = await readOwnKey(who.book.account.key.armored);
  const armored = await seal(writeInner(letter), own, [
    self(to).certificate,
  ]);
  const address = outer ?? letter.from.address;
  return toOctets(
    writeOuter({ ...letter, from: { ...letter.from, address } }, armored),
  );
}

async function scene() {
  const { relay, ann, bob, chat } = await acquainted();
  const eve = await person(relay, "Eve");
  let uid = 1000;
  return {
    relay,
    ann,
    bob,
    eve,
    bobsChat: chat,
    chatWith: (who: Messenger) =>
      ann.book.singleChat(who.book.account.key.fingerprint),
    /** Ann gets it. */
    gets: (raw: Uint8Array) => ann.receive(++uid, raw),
  };
}

function wordsOf({ book }: Messenger): string[] {
  return book.chats.flatMap(({ id }) => book.messages(id).map((m) => m.text));
}

Deno.test("nobody writes under an address that the relay did not see", async () => {
  const { ann, bob, eve, gets } = await scene();
  const address = bob.book.account.address;
  const outer = eve.book.account.address;
  await gets(
    await forge(eve, ann, { text: "I am Bob", from: { address }, outer }),
  );
  assert.ok(!wordsOf(ann).includes("I am Bob"));
});

Deno.test("who has another key is another person, whatever the address and name", async () => {
  const { ann, bob, eve, gets, chatWith } = await scene();
  const { address } = bob.book.account;
  const before = texts(ann, chatWith(bob)!.id);
  await gets(
    await forge(eve, ann, { text: "New key!", from: { address, name: "Bob" } }),
  );
  assert.deepEqual(texts(ann, chatWith(bob)!.id), before);
  const forged = ann.book.contact(eve.book.account.key.fingerprint);
  assert.equal(forged?.verified, false);
  const known = ann.book.contact(bob.book.account.key.fingerprint);
  assert.equal(known?.verified, true);
  await ann.writing.send(chatWith(bob)!.id, { text: "Still yours" });
});

Deno.test("a key that is shown has to be the one that has signed", async () => {
  const { ann, bob, eve, gets } = await scene();
  const { certificate, address } = self(bob);
  const from = { certificate, address, name: "Bob" };
  await gets(await forge(eve, ann, { text: "Signed by Eve", from }));
  assert.ok(!wordsOf(ann).includes("Signed by Eve"));
});

Deno.test("nobody takes the place of a message by its id", async () => {
  const { relay, ann, bob, eve, bobsChat, gets, chatWith } = await scene();
  await bob.writing.send(bobsChat.id, { text: "The real one" });
  await relay.settle();
  const { id } = bob.book.messages(bobsChat.id).at(-1)!;
  await gets(await forge(eve, ann, { id, text: "Another one" }));
  assert.ok(texts(ann, chatWith(bob)!.id).includes("The real one"));
  assert.deepEqual(texts(ann, chatWith(eve)!.id), ["Another one"]);
  // nor comes before it
  const next = makeMessageId();
  await gets(await forge(eve, ann, { id: next, text: "First" }));
  await gets(await forge(bob, ann, { id: next, text: "Second" }));
  await gets(await forge(bob, ann, { id: next, text: "Third" }));
  assert.equal(texts(ann, chatWith(bob)!.id).at(-1), "Second");
});

Deno.test("only who is in a chat reacts, confirms, changes and takes back", async () => {
  const { relay, ann, bob, eve, bobsChat, gets, chatWith } = await scene();
  await bob.writing.send(bobsChat.id, { text: "Mine" });
  await ann.writing.send(chatWith(bob)!.id, { text: "Hers" });
  await relay.settle();
  const chat = chatWith(bob)!.id;
  const find = (text: string) =>
    ann.book.messages(chat).find((one) => one.text === text)!;
  const [bobs, anns] = [find("Mine"), find("Hers")];
  const state = anns.state;
  const tries: Fields[] = [
    [["Chat-Delete", `<${bobs.id}>`]],
    [["Chat-Edit", `<${bobs.id}>`]],
    [["Chat-Edit", `<${anns.id}>`]],
    [["Chat-Post-Message-ID", `<${bobs.id}>`]],
  ];
  for (const fields of tries) {
    await gets(await forge(eve, ann, { text: "changed", fields }));
  }
  await eve.writing.react({ ...bobs, chat }, "👎").catch(() => {});
  const reaction = await forge(eve, ann, {
    text: "👎",
    fields: [["In-Reply-To", `<${bobs.id}>`]],
  });
  await gets(reaction);
  assert.equal(find("Mine").text, "Mine");
  assert.deepEqual(find("Mine").reactions, {});
  assert.equal(find("Hers").state, state);
  await gets(
    await forge(bob, ann, { fields: [["Chat-Delete", `<${bobs.id}>`]] }),
  );
  assert.equal(find("Mine"), undefined);
});

Deno.test("what others say of somebody's key and address changes nothing that is known", async () => {
  const { ann, bob, eve, gets } = await scene();
  const gossip = { ...self(bob), address: "eve@relay.example" };
  await gets(await forge(eve, ann, { text: "gossip", gossip }));
  const known = ann.book.contact(bob.book.account.key.fingerprint);
  assert.equal(known?.address, bob.book.account.address);
});

Deno.test("a handshake goes on with the key of the link alone", async () => {
  const { relay, ann, bob, eve, gets } = await scene();
  const cleo = await person(relay, "Cleo");
  const link = await cleo.handshakes.offer();
  const sent = relay.sent.length;
  relay.refusal = "down"; // so that Cleo does not answer herself
  await ann.join(link).catch(() => {});
  relay.refusal = undefined;
  const { fingerprint } = cleo.book.account.key;
  const auth = /&s=([^&]+)/.exec(link)![1]!;
  const answer = (gossip?: Person) =>
    forge(eve, ann, {
      fields: [["Secure-Join", "vc-auth-required"]],
      ...(gossip ? { gossip } : {}),
    });
  await gets(await answer());
  await gets(await answer(self(ann)));
  // even who knows the secret, and signs with another key
  const eves = await readOwnKey(eve.book.account.key.armored);
  const letter = { id: makeMessageId(), at: 1, from: self(eve) };
  const step = { step: "vc-pubkey", auth, withKey: true };
  const secret = inviteSecret(fingerprint, auth);
  for (const signer of [eves, undefined]) {
    const sealed = await sealWithSecret(
      writeStep(letter, step),
      secret,
      signer,
    );
    await gets(toOctets(writeOuter(letter, sealed)));
  }
  assert.equal(ann.book.contact(fingerprint), undefined);
  assert.equal(
    ann.book.contact(eve.book.account.key.fingerprint)?.verified ?? false,
    false,
  );
  assert.equal(relay.sent.length, sent);
  assert.ok(bob);
});

Deno.test("an invitation lets in who names the key that has signed, and signs for us", async () => {
  const { relay, ann, bob, eve, gets } = await scene();
  const link = await ann.handshakes.offer();
  const auth = /&s=([^&]+)/.exec(link)![1]!;
  const own = eve.book.account.key.fingerprint;
  const request = (secret: string, named: string, gossip?: Person) =>
    forge(eve, ann, {
      fields: [
        ["Secure-Join", "vc-request-with-auth"],
        ["Secure-Join-Auth", secret],
        ["Secure-Join-Fingerprint", named],
      ],
      ...(gossip ? { gossip } : {}),
    });
  const isVerified = () => ann.book.contact(own)?.verified ?? false;
  await gets(await request(auth, bob.book.account.key.fingerprint, self(ann)));
  await gets(await request(randomId(), own, self(ann)));
  await gets(await request(auth, own)); // handed on by somebody
  await gets(await request(auth, own, self(bob)));
  assert.equal(isVerified(), false);
  // with the secret nothing can be said but the first step
  const letter = { id: makeMessageId(), at: 1, from: self(eve) };
  const secret = inviteSecret(self(ann).fingerprint, auth);
  const sent = relay.sent.length;
  for (const step of ["vc-pubkey", "vc-request-with-auth", "vg-member-added"]) {
    const inner = writeStep(letter, { step, auth, withKey: true });
    await gets(
      toOctets(writeOuter(letter, await sealWithSecret(inner, secret))),
    );
  }
  assert.equal(relay.sent.length, sent);
  await gets(await request(auth, own, self(ann)));
  assert.equal(isVerified(), true); // as it should be
});

Deno.test("a code that is old introduces, and proves nothing", async () => {
  const { relay, ann } = await scene();
  const cleo = await person(relay, "Cleo");
  const link = await ann.handshakes.offer();
  const [offer] = ann.book.handshakes.filter(({ role }) => role === "invites");
  await ann.book.setHandshake({ ...offer!, at: offer!.at - 8 * 86_400 });
  await cleo.join(link);
  await relay.settle();
  const key = cleo.book.account.key.fingerprint;
  assert.equal(ann.book.contact(key)?.verified, false);
});

/** Compressed zeros, for that key. */
async function compressed(octets: number, to: Messenger): Promise<string> {
  const library = await import("openpgp");
  const message = await library.createMessage({
    binary: new Uint8Array(octets),
  }) as unknown as { compress(algorithm: number): never };
  const { certificate } = self(to);
  return await library.encrypt({
    message: message.compress(library.enums.compression.zlib),
    encryptionKeys: await library.readKey({
      binaryKey: fromBase64(certificate),
    }),
  });
}

Deno.test("little that becomes much is not written down", async () => {
  const { ann } = await scene();
  const own = await readOwnKey(ann.book.account.key.armored);
  const few = await open(await compressed(1 << 20, ann), own, []);
  assert.equal(few.inner.length, 1 << 20);
  const much = await compressed(100 << 20, ann);
  assert.ok(much.length < 1 << 18);
  await assert.rejects(open(much, own, []));
});

Deno.test("what costs much to try is not tried", async () => {
  const { ann } = await scene();
  const own = await readOwnKey(ann.book.account.key.armored);
  const library = await import("openpgp");
  const text = () => library.createMessage({ text: "x" });
  const known = [{ secret: "a secret", of: "offer" } as const];
  const iterated = await library.encrypt({
    message: await text(),
    passwords: ["a secret"],
  });
  await assert.rejects(open(iterated, own, known));
  const sealed = await sealWithSecret("inner", "a secret");
  const opened = await open(sealed, own, known);
  assert.equal(new TextDecoder().decode(opened.inner), "inner");
  assert.equal(opened.secret, known[0]);
  await assert.rejects(open(sealed, own, []));
});

Deno.test("MIME of any kind is read or passed over, and bounded", async () => {
  const { ann, bob, gets, chatWith } = await scene();
  const nested = (depth: number) =>
    Array.from(
      { length: depth },
      (_, i) =>
        `--b${i}\r\nContent-Type: multipart/mixed; boundary=b${i + 1}\r\n\r\n`,
    ).join("");
  const odd = [
    "Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + nested(5000),
    `X: ${"y".repeat(3_000_000)}\r\n\r\n`,
    "\r\n\r\n\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
    "--b\r\n\r\nx\r\n".repeat(100_000),
    'Content-Type: multipart/encrypted; boundary="\r\n\r\n',
    `Content-Type: text/html\r\n\r\n<script>alert(1)</script>`,
    `From: ${"(".repeat(100_000)}\r\n\r\n`,
  ];
  const before = wordsOf(ann);
  for (const one of odd) {
    await gets(toOctets(one));
  }
  assert.deepEqual(wordsOf(ann), before);
  const m = await forge(bob, ann, { text: "x".repeat(5_000_000) });
  await gets(m);
  const last = ann.book.messages(chatWith(bob)!.id).at(-1)!;
  assert.equal(last.text.length, 64 * 1024);
});

Deno.test("names are one line that reads in its own direction", () => {
  for (
    const [given, shown] of [
      ["Ann\u202egnp", "Ann gnp"],
      ["\u2066Ann\u2069", "Ann"],
      ["Ann\r\n\r\nBcc: x", "Ann Bcc: x"],
      ["\u200b\u200f", ""],
      ["سارا", "سارا"],
      ["👩‍👩‍👧 Family", "👩‍👩‍👧 Family"],
      ["x".repeat(500), "x".repeat(100)],
    ] as const
  ) assert.equal(visibleName(given), shown);
  for (
    const [given, shown] of [
      ["photo\u202egnp.exe", "photo gnp.exe"],
      ["../../etc/passwd", "_.._etc_passwd"],
      ["C:\\x\\y.txt", "C_x_y.txt"],
      [".hidden", "hidden"],
      ["", "file"],
      [`${"a".repeat(500)}.jpeg`, `${"a".repeat(95)}.jpeg`],
    ] as const
  ) assert.equal(visibleFileName(given), shown);
});

Deno.test("nothing comes from who is blocked", async () => {
  const { relay, ann, bob, bobsChat, chatWith } = await scene();
  const contact = ann.book.contact(bob.book.account.key.fingerprint)!;
  await ann.book.setContact({ ...contact, blocked: true });
  await bob.writing.send(bobsChat.id, { text: "Hello?" });
  await relay.settle();
  assert.ok(!texts(ann, chatWith(bob)!.id).includes("Hello?"));
  await ann.book.setContact({ ...contact, blocked: false });
  await bob.writing.send(bobsChat.id, { text: "Again" });
  await relay.settle();
  assert.ok(texts(ann, chatWith(bob)!.id).includes("Again"));
});

Deno.test("faces are pictures, timers are bounded, and what apps say is words", async () => {
  const { ann, bob, gets, chatWith } = await scene();
  const key = bob.book.account.key.fingerprint;
  const svg = "base64:" + btoa(`<svg xmlns="http://www.w3.org/2000/svg"/>`);
  for (
    const face of [
      svg,
      "base64:",
      "base64:%%%",
      "1",
      "base64:" + "A".repeat(9e5),
    ]
  ) {
    const fields: Fields = [["Chat-User-Avatar", face]];
    await gets(await forge(bob, ann, { text: "Look", fields })).catch(() => {});
    assert.equal(ann.book.contact(key)?.face, undefined, face.slice(0, 20));
  }
  for (
    const [seconds, expected] of [["-5", 0], ["9".repeat(30), 0], [
      "999999999",
      157_680_000,
    ]] as const
  ) {
    await gets(
      await forge(bob, ann, {
        fields: [
          ["Chat-Content", "ephemeral-timer-changed"],
          ["Ephemeral-Timer", seconds],
        ],
      }),
    );
    assert.equal(chatWith(bob)?.timerSeconds ?? 0, expected, seconds);
  }
  const chats = ann.book.chats.length;
  for (
    const fields of [
      [["Chat-Group-ID", "abcdefgh"], ["Chat-Group-Name", "\u202eevil\u2066"], [
        "Chat-Group-Name-Timestamp",
        "99999999999",
      ]],
      [["Chat-Group-ID", "../../x"], ["Chat-Group-Name", "No"]],
      [["Chat-List-ID", "News <abcdefgh>"], [
        "Chat-Broadcast-Secret",
        "x".repeat(43),
      ]],
      [["Chat-Content", "call-ended"], ["In-Reply-To", "<none@x>"]],
    ] as Fields[]
  ) await gets(await forge(bob, ann, { text: "Come in", fields }));
  const made = ann.book.chats.filter(({ kind }) => kind !== "single");
  assert.deepEqual(made.map(({ name }) => name), ["evil"]);
  assert.equal(ann.book.chats.length, chats + 1);
  assert.ok(made[0]!.setAt!.name! <= Date.now() / 1000 + 60);
});

Deno.test("who is not in a group changes nothing of it, and nobody writes in a channel but its owner", async () => {
  const { relay, ann, bob, eve, gets } = await scene();
  const group = await ann.groups.create("Hikers", ann.book.contacts);
  const news = await ann.channels.create("News");
  const bobs = await bob.join(await ann.handshakes.offer(news));
  await relay.settle();
  const readers = ann.book.chat(news.id)!.members;
  const list = `News <${news.groupId}>`;
  for (
    const fields of [
      [["Chat-Group-ID", group.groupId!], ["Chat-Group-Name", "Mine"], [
        "Chat-Group-Name-Changed",
        "x",
      ]],
      [["Chat-Group-ID", group.groupId!], ["Chat-Group-Description", "Mine"]],
      [["Chat-Group-ID", group.groupId!], [
        "Chat-Group-Member-Removed-Fpr",
        readers[0]!,
      ]],
      [["Chat-List-ID", list], ["Chat-Group-Member-Removed-Fpr", readers[0]!]],
      [["Chat-List-ID", list], [
        "Chat-Group-Member-Added-Fpr",
        self(eve).fingerprint,
      ]],
      [["Chat-List-ID", list], ["Chat-Group-Name", "Mine"]],
    ] as Fields[]
  ) await gets(await forge(eve, ann, { text: "Changed", fields }));
  const now = ann.book.chat(group.id)!;
  assert.deepEqual([now.name, now.about, now.members], [
    "Hikers",
    undefined,
    group.members,
  ]);
  assert.deepEqual(ann.book.chat(news.id)!.members, readers);
  assert.equal(ann.book.chat(news.id)!.name, "News");
  assert.ok(!wordsOf(ann).includes("Changed"));
  // a reader knows the secret, and cannot use it to write
  const own = await readOwnKey(bob.book.account.key.armored);
  const letter = { id: makeMessageId(), at: 1, from: self(bob) };
  const inner = writeInner({
    ...letter,
    to: [],
    subject: "...",
    more: [["Chat-List-ID", list]],
    body: { kind: "text", text: "From a reader" },
    gossip: [],
  });
  const sealed = await sealWithSecret(
    inner,
    bob.book.chat(bobs.id)!.secret!,
    own,
  );
  await gets(toOctets(writeOuter(letter, sealed)));
  assert.ok(!wordsOf(ann).includes("From a reader"));
});

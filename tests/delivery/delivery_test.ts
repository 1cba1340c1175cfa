/** What becomes of a message, over the real store. */
import assert from "node:assert/strict";
import { concat } from "../../src/base/octets.ts";
import { Refusal } from "../../src/base/refusal.ts";
import type { Address } from "../../src/mail/address.ts";
import {
  BOUNDARY,
  messageOf,
  octets,
  pkesk3,
  seipd1,
} from "../gate/messages.ts";
import { ANN, BOB, CAROL, Relay } from "./relay.ts";
import { inboxOf } from "../store/store_world.ts";

function relayTest(name: string, run: (relay: Relay) => Promise<void>): void {
  Deno.test(name, async () => {
    const relay = await Relay.open();
    try {
      await run(relay);
      assert.deepEqual(relay.bugs, []);
    } finally {
      await relay.close();
    }
  });
}

/** An encrypted message; each text is a message of its own. */
function mailFrom(from: string, id: string, sizeOctets = 900): string {
  const text = messageOf(concat([pkesk3, seipd1(sizeOctets)]));
  return text.replace(/^(?:From|Message-ID|Subject): .*\r\n/gmi, "")
    .replace(
      /^/,
      `From: <${from}>\r\nMessage-ID: <${id}@localhost>\r\n` +
        "Subject: clear text\r\nUser-Agent: phone\r\n",
    );
}

/** A body as the relay stores it: in its own words, but for what is encrypted. */
function stored(body: string): string {
  const armor = /-----BEGIN[^]*-----END PGP MESSAGE-----\r\n/.exec(body)![0];
  return `--${BOUNDARY}\r\nContent-Type: application/pgp-encrypted\r\n` +
    "Content-Transfer-Encoding: 7bit\r\n\r\nVersion: 1\r\n\r\n" +
    `--${BOUNDARY}\r\nContent-Type: application/octet-stream\r\n` +
    `Content-Transfer-Encoding: 7bit\r\n\r\n${armor}\r\n--${BOUNDARY}--\r\n`;
}

function bodyOf(message: string): string {
  return message.slice(message.indexOf("\r\n\r\n") + 4);
}

const PEER = { address: "192.0.2.7", secure: true };

interface Attempt {
  readonly to: readonly string[];
  readonly text?: string;
  readonly account?: Address;
  readonly reversePath?: string;
  readonly service?: "mx" | "mxdeliv" | "submission";
  readonly chunkOctets?: number;
}

async function send(relay: Relay, attempt: Attempt): Promise<void> {
  const { account = ANN, service = "submission" } = attempt;
  const reversePath = attempt.reversePath ?? account;
  const transaction = await relay.delivery.begin(
    service === "submission"
      ? {
        kind: service,
        account,
        accountId: relay.accounts.get(account)!,
        peer: PEER,
        reversePath,
      }
      : { kind: service, peer: PEER, reversePath },
  );
  try {
    for (const to of attempt.to) await transaction.addRecipient(to);
    const text = octets(attempt.text ?? mailFrom(reversePath, "1"));
    const { chunkOctets = 1000 } = attempt;
    for (let at = 0; at < text.length; at += chunkOctets) {
      await transaction.write(text.slice(at, at + chunkOctets));
    }
    await transaction.finish();
  } catch (error) {
    await transaction.discard();
    throw error;
  }
}

async function refusal(work: Promise<void>): Promise<string> {
  const error = await work.then(() => undefined, (error: unknown) => error);
  if (!(error instanceof Refusal)) throw error ?? new Error("It was accepted");
  return error.detail.address === undefined
    ? error.code
    : `${error.code} ${error.detail.address}`;
}

relayTest(
  "the key that a message shows is seen if it is the sender's message, and is taken",
  async (relay) => {
    const key = Uint8Array.from({ length: 60 }, (_, n) => n === 0 ? 0xc6 : n);
    const text =
      `Autocrypt: addr=${ANN}; prefer-encrypt=mutual; keydata=\r\n ${key.toBase64()}\r\n` +
      mailFrom(ANN, "1");
    assert.equal(
      await refusal(send(relay, { to: ["nobody@relay.example"], text })),
      "no_such_user nobody@relay.example",
    );
    assert.deepEqual(relay.keysSeen, []);
    await send(relay, { to: [BOB], text });
    await send(relay, { to: [BOB], text: mailFrom(ANN, "2") });
    const foreign = text.replaceAll(ANN, MX.reversePath);
    await send(relay, { ...MX, to: [BOB], text: foreign });
    const [seen, ...others] = relay.keysSeen;
    assert.match(
      seen!,
      /^addr=ann@relay\.example; prefer-encrypt=mutual; keydata=/,
    );
    assert.deepEqual(others, [undefined]);
  },
);

const MX = { service: "mx", reversePath: "zoe@other.example" } as const;

relayTest(
  "our own addresses are found in any case, quoted or not",
  async (relay) => {
    await send(relay, { to: ["BOB@Relay.Example", '"bob"@relay.example'] });
    assert.equal((await relay.inbox(BOB)).length, 1);
    assert.equal(
      await refusal(send(relay, { to: ['"bob;"@relay.example'] })),
      'no_such_user "bob;"@relay.example',
    );
    assert.equal(
      await refusal(
        send(relay, { to: [BOB], reversePath: '"ann "@relay.example' }),
      ),
      "sender_not_owned",
    );
    for (const local of ["Ann", '"ann b"', "a/b"]) {
      const reversePath = `${local}@relay.example`;
      assert.equal(
        await refusal(send(relay, { to: [BOB], service: "mx", reversePath })),
        "local_sender_unauthenticated",
      );
    }
  },
);

relayTest(
  "devices of those who get mail are to hear of it, not those of its sender",
  async (relay) => {
    const [ann, bob, carol] = [ANN, BOB, CAROL].map((name) =>
      relay.accounts.get(name)
    );
    await send(relay, { to: [BOB, CAROL, ANN] });
    assert.deepEqual(relay.woken.splice(0).toSorted(), [bob, carol].toSorted());
    await send(relay, { ...MX, to: [ANN] });
    assert.deepEqual(relay.woken.splice(0), [ann]);
    await assert.rejects(send(relay, { to: ["nobody@relay.example"] }));
    assert.deepEqual(relay.woken, []);
  },
);

relayTest(
  "addresses of others keep their case, and are blocked in any",
  async (relay) => {
    assert.equal(
      await refusal(send(relay, { to: ["SRS0=Ab/C=x@other.example"] })),
      "federation_off SRS0=Ab/C=x@other.example",
    );
    await relay.store.accounts.block({
      pattern: "zoe/x@other.example",
      reason: "spam",
      createdAt: 0,
    });
    await send(relay, {
      to: [BOB],
      service: "mx",
      reversePath: "Zoe/X@other.example",
    });
    assert.equal((await relay.inbox(BOB)).length, 0);
  },
);

relayTest(
  "a message reaches each recipient once, clean, with what is encrypted as it was",
  async (relay) => {
    await send(relay, {
      to: [BOB, "bob@alias.example", "bob+tag@relay.example", CAROL, ANN],
    });
    for (const address of [ANN, BOB, CAROL]) {
      const [text, ...more] = await relay.inbox(address);
      assert.equal(more.length, 0);
      const [header = ""] = text!.split(/(?<=\r\n)\r\n/, 1);
      assert.match(header, /^Subject: \[\.\.\.\]\r$/m);
      assert.doesNotMatch(header, /clear text|User-Agent/);
      assert.match(header, /^Content-Transfer-Encoding: 7bit\r$/m);
      assert.equal(bodyOf(text!), stored(mailFrom(ANN, "1")));
    }
    assert.equal(relay.counters.totals().get("messages_delivered"), 3);
  },
);

relayTest(
  "a message is the same in whatever chunks it comes",
  async (relay) => {
    const whole = mailFrom(ANN, "1");
    for (const chunkOctets of [1, 7, 65_536]) {
      const text = whole.replace("<1@", `<${chunkOctets}@`);
      await send(relay, { to: [BOB], text, chunkOctets });
    }
    const found = (await relay.inbox(BOB)).map((text) =>
      text.replace(/^Message-ID: .*|^Date: .*/gm, "")
    );
    assert.equal(found.length, 3);
    assert.equal(new Set(found).size, 1);
  },
);

relayTest(
  "a large message is stored whole, without what stood around it",
  async (relay) => {
    const text = mailFrom(ANN, "1", 200_000)
      .replace("\r\n\r\n", "\r\n\r\nThis is OpenPGP.\r\n") + "\r\n \r\n";
    for (const chunkOctets of [1000, 65_536, 1e9]) {
      const attempt = text.replace("<1@", `<${chunkOctets}@`);
      await send(relay, { to: [BOB], text: attempt, chunkOctets });
      const found = (await relay.inbox(BOB)).at(-1)!;
      assert.equal(bodyOf(found), stored(text));
    }
  },
);

relayTest(
  "nobody known: a refusal that names the first, and no report",
  async (relay) => {
    const to = ["nobody@relay.example", "x@other.example"];
    assert.equal(
      await refusal(send(relay, { to })),
      "no_such_user nobody@relay.example",
    );
    assert.equal(
      await refusal(send(relay, { to: ["x@other.example"] })),
      "federation_off x@other.example",
    );
    assert.deepEqual(await relay.inbox(ANN), []);
  },
);

relayTest(
  "some unknown here: the others get it, and nobody hears of it",
  async (relay) => {
    await send(relay, { to: [BOB, "nobody@relay.example", ANN] });
    assert.equal((await relay.inbox(BOB)).length, 1);
    assert.equal((await relay.inbox(ANN)).length, 1);
    const refused = relay.counters.totals().get("refused_no_such_user");
    assert.equal(refused, 1);
  },
);

relayTest(
  "the sender's own copy is nobody's message",
  async (relay) => {
    await relay.store.accounts.setQuota(relay.accounts.get(CAROL)!, 100);
    const own = [ANN, "ann@alias.example", "ann+x@relay.example"];
    const rows: [string[], string][] = [
      [["nobody@relay.example"], "no_such_user nobody@relay.example"],
      [["x@other.example"], "federation_off x@other.example"],
      [[CAROL], `quota_exceeded ${CAROL}`],
      [[CAROL, "nobody@relay.example"], "no_such_user nobody@relay.example"],
    ];
    for (const copy of own) {
      for (const [others, want] of rows) {
        for (const to of [[copy, ...others], [...others, copy]]) {
          assert.equal(await refusal(send(relay, { to })), want);
        }
      }
    }
    assert.deepEqual(await relay.inbox(ANN), []);
    const text = mailFrom(ANN, "3", 200_000);
    const large = send(relay, { to: [CAROL, ANN], text });
    assert.equal(await refusal(large), `quota_exceeded ${CAROL}`);
    for (const folder of ["tmp", "blobs"]) {
      const files = Deno.readDirSync(`${relay.directory}/${folder}`);
      assert.deepEqual([...files].filter(({ isFile }) => isFile), []);
    }
    await send(relay, { to: own });
    assert.equal((await relay.inbox(ANN)).length, 1);
    await send(relay, { to: [BOB, ...own], text: mailFrom(ANN, "2") });
    assert.equal((await relay.inbox(ANN)).length, 2);
  },
);

relayTest(
  "some unreachable elsewhere: the others get it, and the sender one report",
  async (relay) => {
    const to = [BOB, "nobody@relay.example", "x@other.example"];
    await send(relay, { to });
    assert.equal((await relay.inbox(BOB)).length, 1);
    await relay.delivery.reports.tellDue();
    const [report = "", ...more] = await relay.inbox(ANN);
    assert.equal(more.length, 0);
    assert.match(report, /^From: Mail Delivery System <MAILER-DAEMON@relay\./m);
    assert.match(report, /^Auto-Submitted: auto-replied\r$/m);
    assert.match(report, /multipart\/report; report-type=delivery-status;/);
    assert.doesNotMatch(report, /nobody@relay/);
    assert.match(report, /^Action: failed\r\nStatus: 5\.7\.1\r$/m);
    assert.match(report, /^Final-Recipient: rfc822; x@other.example\r$/m);
    assert.match(report, /^Message-ID: <1@localhost>\r$/m);
  },
);

relayTest(
  "another server gets no report, and learns of a refusal only for all",
  async (relay) => {
    await send(relay, { ...MX, to: [BOB, "nobody@relay.example"] });
    assert.equal((await relay.inbox(BOB)).length, 1);
    const unknown = send(relay, { ...MX, to: ["nobody@relay.example"] });
    assert.equal(await refusal(unknown), "no_such_user nobody@relay.example");
    const relayed = send(relay, { ...MX, to: ["x@other.example"] });
    assert.equal(await refusal(relayed), "relaying_denied");
  },
);

relayTest(
  "a blocked account is as unknown as none, and hears nothing",
  async (relay) => {
    await relay.store.accounts.block({
      pattern: BOB,
      reason: "",
      createdAt: 0,
    });
    assert.equal(
      await refusal(send(relay, { to: [BOB] })),
      `no_such_user ${BOB}`,
    );
    await relay.store.accounts.startDeletion(relay.accounts.get(CAROL)!);
    assert.equal(
      await refusal(send(relay, { to: [CAROL] })),
      `no_such_user ${CAROL}`,
    );
  },
);

relayTest(
  "mail from a blocked sender is taken and forgotten",
  async (relay) => {
    const pattern = "*@other.example";
    await relay.store.accounts.block({ pattern, reason: "", createdAt: 0 });
    await send(relay, { ...MX, to: [BOB] });
    assert.deepEqual(await relay.inbox(BOB), []);
  },
);

relayTest("only the account's own address may send", async (relay) => {
  for (const reversePath of [BOB, "", "ann+x@relay.example"]) {
    const attempt = send(relay, { to: [BOB], reversePath });
    assert.equal(await refusal(attempt), "sender_not_owned");
  }
  await send(relay, { to: [BOB], reversePath: "ann@alias.example" });
  assert.equal(
    await refusal(send(relay, { to: [BOB], text: mailFrom(BOB, "2") })),
    `from_mismatch ${BOB}`,
  );
});

relayTest(
  "another server may not claim an address of ours, nor a name without a domain",
  async (relay) => {
    const rows: [string, string][] = [
      ["ann@relay.example", "local_sender_unauthenticated"],
      ["ann@alias.example", "local_sender_unauthenticated"],
      ["ann@[192.0.2.1]", "local_sender_unauthenticated"],
      ["ann@localhost", "sender_domain_invalid"],
    ];
    for (const [reversePath, code] of rows) {
      const attempt = send(relay, { ...MX, reversePath, to: [BOB] });
      assert.equal(await refusal(attempt), code);
    }
    await send(relay, { ...MX, reversePath: "zoe@[198.51.100.1]", to: [BOB] });
    assert.equal((await relay.inbox(BOB)).length, 1);
  },
);

relayTest(
  "without federation each message of another server is refused, and nothing kept",
  async (relay) => {
    relay.inbound.off = true;
    await relay.store.accounts.block({
      pattern: "*@blocked.example",
      reason: "",
      createdAt: 0,
    });
    const report = "From: postmaster@relay.example\r\n\r\nHello\r\n";
    for (const reversePath of ["", "zoe@other.example", "x@blocked.example"]) {
      for (const text of [mailFrom("zoe@other.example", "1"), report]) {
        const attempt = { ...MX, reversePath, to: [BOB], text };
        assert.equal(await refusal(send(relay, attempt)), "federation_off");
      }
    }
    const attempt = send(relay, { ...MX, reversePath: ANN, to: [BOB] });
    assert.equal(await refusal(attempt), "local_sender_unauthenticated");
    assert.deepEqual(await relay.inbox(BOB), []);
  },
);

relayTest(
  "another server may not write in the name of an address of ours",
  async (relay) => {
    for (const from of [ANN, "eve@alias.example", "x@[192.0.2.1]"]) {
      const attempt = send(relay, {
        ...MX,
        to: [BOB],
        text: mailFrom(from, "1"),
      });
      assert.equal(await refusal(attempt), "own_author");
    }
    assert.deepEqual(await relay.inbox(BOB), []);
    const text = mailFrom("zoe@other.example", "1");
    await send(relay, { ...MX, to: [BOB], text });
    const [found = ""] = await relay.inbox(BOB);
    assert.match(found, /^Subject: \[\.\.\.\]\r$/m);
    assert.doesNotMatch(found, /User-Agent|clear text/);
  },
);

relayTest(
  "clear text in header fields reaches nobody",
  async (relay) => {
    const line = "this is clear text, ".repeat(40);
    const fields = Array.from(
      { length: 200 },
      (_, i) => `X-Field-${i}: ${line}\r\n`,
    ).join("");
    const text = `${fields}Comments: ${line}\r\nReferences: ${line}\r\n` +
      mailFrom(ANN, "1").replace(/^To: .*\r\n/m, `To: "${line}" <b@c>\r\n`);
    await send(relay, { to: [BOB], text });
    const [found = ""] = await relay.inbox(BOB);
    assert.doesNotMatch(found, /clear text/);
  },
);

relayTest(
  "a header over the limit of the settings is refused",
  async (relay) => {
    relay.settings = { ...relay.settings, maxHeaderOctets: 4096 };
    const text = `X-Long: ${"x".repeat(900)}\r\n`.repeat(5) +
      mailFrom(ANN, "1");
    await assert.rejects(send(relay, { to: [BOB], text }), {
      code: "header_too_large",
    });
    await send(relay, { to: [BOB] });
  },
);

relayTest("clear text is refused, and nothing of it kept", async (relay) => {
  const text = "From: <ann@relay.example>\r\nSubject: x\r\n\r\nHello\r\n";
  assert.equal(
    await refusal(send(relay, { to: [BOB], text })),
    "encryption_needed",
  );
  const large = text + "x".repeat(76).concat("\r\n").repeat(5000);
  assert.equal(
    await refusal(send(relay, { to: [BOB], text: large })),
    "encryption_needed",
  );
  const files = await Array.fromAsync(Deno.readDir(`${relay.directory}/tmp`));
  assert.deepEqual(files, []);
  assert.deepEqual(await relay.inbox(BOB), []);
});

relayTest(
  "a message sent again is confirmed again and delivered once",
  async (relay) => {
    const text = mailFrom(ANN, "1");
    await send(relay, { to: [BOB], text });
    await send(relay, { to: [BOB], text });
    await send(relay, { to: [BOB], text: mailFrom(ANN, "2") });
    await send(relay, { to: [CAROL], text });
    assert.equal((await relay.inbox(BOB)).length, 2);
    assert.equal((await relay.inbox(CAROL)).length, 1);
  },
);

relayTest(
  "a message is known again by a Message-ID that is not kept, too",
  async (relay) => {
    const text = mailFrom(ANN, "not of the form");
    await send(relay, { to: [BOB], text });
    await send(relay, { to: [BOB], text });
    await send(relay, { to: [BOB], text: mailFrom(ANN, "not of the") });
    const zoe = mailFrom(MX.reversePath, "not of the form");
    await send(relay, { ...MX, to: [BOB], text: zoe });
    await send(relay, { ...MX, to: [BOB], text: zoe });
    const inbox = await relay.inbox(BOB);
    const ids = inbox.map((one) => /^Message-ID: .*$/m.exec(one)?.[0]);
    assert.equal(ids.length, 3);
    assert.match(ids[0]!, /^Message-ID: <[0-9a-f]{32}@relay\.example>$/);
    assert.equal(ids[2], undefined);
  },
);

relayTest(
  "a full mailbox fails alone, and a report fits into another",
  async (relay) => {
    await relay.store.accounts.setQuota(relay.accounts.get(BOB)!, 100);
    await relay.store.accounts.setQuota(relay.accounts.get(ANN)!, 0);
    assert.equal(
      await refusal(send(relay, { to: [BOB] })),
      `quota_exceeded ${BOB}`,
    );
    await send(relay, { to: [BOB, CAROL], text: mailFrom(ANN, "2") });
    assert.equal((await relay.inbox(CAROL)).length, 1);
    assert.deepEqual(await relay.inbox(ANN), []);
    const to = [BOB, CAROL, "x@other.example"];
    await send(relay, { to, text: mailFrom(ANN, "3") });
    await relay.delivery.reports.tellDue();
    const [report = ""] = await relay.inbox(ANN);
    assert.match(report, /^Final-Recipient: rfc822; x@other.example\r$/m);
  },
);

relayTest(
  "postmaster reaches the account that is named for it",
  async (relay) => {
    const to = ["postmaster"];
    const text = mailFrom("zoe@other.example", "1");
    assert.equal(
      await refusal(send(relay, { ...MX, to, text })),
      "no_such_user postmaster@relay.example",
    );
    relay.roles = CAROL;
    await send(relay, { ...MX, to: [...to, "abuse@relay.example"], text });
    assert.equal((await relay.inbox(CAROL)).length, 1);
  },
);

relayTest(
  "a fast sender is slowed down, then refused at RCPT",
  async (relay) => {
    relay.settings = { ...relay.settings, sendBurst: 2, maxDelayMs: 1500 };
    for (const id of ["1", "2", "3"]) {
      await send(relay, { to: [BOB], text: mailFrom(ANN, id) });
    }
    assert.equal(relay.sleptMs.length, 1);
    assert.equal(
      await refusal(send(relay, { to: [BOB] })),
      `too_much_mail ${ANN}`,
    );
    await send(relay, { to: [BOB], account: CAROL });
  },
);

relayTest("recipients are limited by the hour", async (relay) => {
  relay.settings = { ...relay.settings, recipientsPerHour: 2 };
  await send(relay, { to: [BOB, CAROL] });
  assert.equal(
    await refusal(send(relay, { to: [BOB] })),
    "too_many_recipients",
  );
});

relayTest(
  "append() keeps the header, and takes what the policy allows",
  async (relay) => {
    const owner = { id: relay.accounts.get(ANN)!, address: ANN };
    const { id } = await inboxOf(relay.store, owner.id);
    const append = async (text: string) => {
      const transaction = await relay.delivery.append(owner, {
        mailbox: id,
        sizeOctets: text.length,
        flags: 1,
        keywords: [],
      });
      await transaction.write(octets(text));
      await transaction.finish();
    };
    const sent = mailFrom(BOB, "1");
    await append(sent);
    const [kept = ""] = await relay.inbox(ANN);
    assert.equal(bodyOf(kept), stored(sent));
    assert.match(kept, /^Subject: clear text\r$/m);
    assert.match(kept, /^User-Agent: phone\r$/m);
    const plain = "From: <ann@relay.example>\r\n\r\nHello\r\n";
    assert.equal(await refusal(append(plain)), "encryption_needed");
    relay.settings = { ...relay.settings, appendPolicy: "any" };
    for (
      const text of [
        sent,
        "Subject: x\r\n\r\nHello\r\n",
        "Subject: x\r\n",
        "no header\r\n\r\nx",
      ]
    ) {
      await append(text);
      assert.equal((await relay.inbox(ANN)).at(-1), text);
    }
    relay.settings = { ...relay.settings, appendPolicy: "deny" };
    assert.equal(await refusal(append(sent)), "policy_rejection");
  },
);

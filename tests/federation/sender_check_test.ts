/** Whose mail is believed, by how strictly an operator wants it. */
import assert from "node:assert/strict";
import { ANN, BOB } from "../delivery/relay.ts";
import type { ZoneName } from "../harness/dns_server.ts";
import type { InboundAuth } from "../../src/federation/inbound/sender_check.ts";
import {
  encrypted,
  keyRecord,
  PEER,
  type ServerMailWorld,
  signed,
  worldTest,
  ZOE,
} from "./server_mail_world.ts";

const OK = "200 250 2.0.0 OK";
const NOBODY = "404 550 5.1.1 No such user here";
const MISSING = "403 554 5.7.1 No DKIM signature found";
const INVALID = "403 554 5.7.1 No valid DKIM signature found";
const LITERAL = "403 554 5.7.1 Invalid FROM domain literal";
const LATER = "503 451 4.7.5 DKIM key lookup failed (60)";
const UNSIGNED_LATER =
  "503 451 4.7.5 No DKIM signature found, and the DNS does not answer (60)";

const DAY_SECONDS = 86_400;

function be(world: ServerMailWorld, auth: InboundAuth): void {
  world.settings = { ...world.settings, auth };
}

worldTest("strict takes what the author's domain has signed", async (world) => {
  be(world, "strict");
  const text = encrypted();
  assert.equal(await world.post(text), MISSING);
  assert.equal(await world.post(signed(text)), OK);
  const broken = signed(encrypted({ id: "2" })).replace("<2@", "<3@");
  assert.equal(await world.post(broken), INVALID);
  world.set("one._domainkey.other.example", {
    TXT: [keyRecord("other.example")],
  });
  world.set("one._domainkey.sub.peer.example", {
    TXT: [keyRecord("sub.peer.example")],
  });
  for (const domain of ["other.example", "sub.peer.example"]) {
    assert.equal(await world.post(signed(text, domain)), INVALID);
  }
  const both = signed(signed(encrypted({ id: "4" })), "other.example");
  assert.equal(await world.post(both), OK);
  assert.equal((await world.relay.inbox(ANN)).length, 2);
  assert.deepEqual(
    world.counted.filter((one) => one === "received peer.example").length,
    2,
  );
  assert.equal(
    world.counted.filter((one) => one === "rejected peer.example").length,
    4,
  );
});

worldTest(
  "a changed body is noticed, whatever its line ends",
  async (world) => {
    be(world, "strict");
    const text = signed(encrypted());
    const changed = text.replace(/^(?=-----END)/m, "=aaaa\r\n");
    assert.notEqual(await world.post(changed), OK);
    assert.equal(await world.post(text.replaceAll("\r\n", "\n")), OK);
    const stored = await world.relay.inbox(ANN);
    assert.equal(stored.length, 1);
  },
);

worldTest("a signature ends, and none is from tomorrow", async (world) => {
  be(world, "strict");
  const nowMs = world.time.now();
  const days = (count: number) => nowMs + count * DAY_SECONDS * 1000;
  for (
    const [atMs, expected] of [[days(-8), INVALID], [days(1), INVALID]] as const
  ) {
    const text = signed(encrypted(), "peer.example", atMs);
    assert.equal(await world.post(text), expected);
  }
});

worldTest("a key that cannot be looked up is no refusal", async (world) => {
  const trouble: ZoneName = { trouble: "SERVFAIL" };
  world.set("one._domainkey.late.example", trouble);
  const from = "x@late.example";
  const text = signed(encrypted({ from }), "late.example");
  for (const auth of ["strict", "balanced"] as const) {
    be(world, auth);
    assert.equal(await world.post(text, { reversePath: from }), LATER);
  }
  be(world, "open");
  assert.equal(await world.post(text, { reversePath: from }), OK);
});

worldTest("mail of an IP address comes from there", async (world) => {
  const rows: readonly [from: string, address: string, answer: string][] = [
    [`x@[${PEER}]`, PEER, OK],
    ["x@[9.9.9.9]", PEER, LITERAL],
    ["x@[IPv6:2001:db8::1]", "2001:db8:0:0::1", OK],
    ["x@[IPv6:2001:db8::1]", "2001:db8::2", LITERAL],
    [`x@[${PEER}]`, `::ffff:${PEER}`, OK],
  ];
  for (const auth of ["strict", "balanced", "open"] as const) {
    be(world, auth);
    for (const [from, address, expected] of rows) {
      const options = { reversePath: from, address };
      assert.equal(await world.post(encrypted({ from }), options), expected);
    }
  }
  world.settings = { ...world.settings, checkLiterals: false };
  const text = encrypted({ from: "x@[9.9.9.9]" });
  assert.equal(await world.post(text), OK);
  be(world, "balanced");
  assert.equal(await world.post(text), LITERAL);
});

const PLACES: readonly [
  what: string,
  Record<string, ZoneName>,
  answer: string,
][] = [
  ["nowhere", {}, MISSING],
  ["the domain's address", { "plain.example": { A: [PEER] } }, OK],
  ["another address", { "plain.example": { A: ["192.0.2.8"] } }, MISSING],
  [
    "the address of its mail exchanger",
    {
      "plain.example": { MX: ["20 b.example", "10 a.example"] },
      "a.example": { A: ["192.0.2.8"] },
      "b.example": { A: ["192.0.2.9", PEER] },
    },
    OK,
  ],
  [
    "where its SPF record lets it",
    { "plain.example": { TXT: ["v=spf1 ip4:192.0.2.0/24 -all"] } },
    OK,
  ],
  [
    "where its SPF record does not mind",
    { "plain.example": { TXT: ["v=spf1 ?all"] } },
    MISSING,
  ],
  [
    "its own address, while DMARC says it signs",
    {
      "plain.example": { A: [PEER] },
      "_dmarc.plain.example": { TXT: ["v=DMARC1; p=reject"] },
    },
    MISSING,
  ],
  [
    "its own address, while ADSP says it signs",
    {
      "plain.example": { A: [PEER] },
      "_adsp._domainkey.plain.example": { TXT: ["dkim=discardable"] },
    },
    MISSING,
  ],
  [
    "an address that cannot be looked up",
    { "plain.example": { trouble: "SERVFAIL" } },
    UNSIGNED_LATER,
  ],
  [
    "its own address, while DMARC cannot be looked up",
    {
      "plain.example": { A: [PEER] },
      "_dmarc.plain.example": { trouble: "SERVFAIL" },
    },
    UNSIGNED_LATER,
  ],
];
for (const [what, zone, expected] of PLACES) {
  worldTest(
    `balanced: unsigned mail from ${what}: ${expected}`,
    async (world) => {
      be(world, "balanced");
      for (const [name, records] of Object.entries(zone)) {
        world.set(name, records);
      }
      const from = "x@plain.example";
      const answer = await world.post(encrypted({ from }), {
        reversePath: from,
      });
      assert.equal(answer, expected);
      assert.equal(
        (await world.relay.inbox(ANN)).length,
        expected === OK ? 1 : 0,
      );
      assert.equal(
        world.counted.includes("received plain.example"),
        expected === OK,
      );
    },
  );
}

worldTest("balanced: SPF is about the author's domain alone", async (world) => {
  be(world, "balanced");
  world.set("plain.example", { TXT: ["v=spf1 ip4:192.0.2.0/24 -all"] });
  world.set("other.example", { TXT: ["v=spf1 +all"] });
  const from = "x@other.example";
  const rows = [["y@plain.example", MISSING], ["", MISSING], [
    from,
    OK,
  ]] as const;
  for (const [reversePath, expected] of rows) {
    assert.equal(
      await world.post(encrypted({ from }), { reversePath }),
      expected,
    );
  }
});

worldTest(
  "balanced: a domain that has signed is believed unsigned no more",
  async (world) => {
    be(world, "balanced");
    world.set("peer.example", { A: [PEER] });
    const to = [ANN];
    assert.equal(await world.post(encrypted({ id: "1" }), { to }), OK);
    assert.equal(
      await world.post(signed(encrypted({ id: "2" })), { to: ["u@2.2.2.2"] }),
      NOBODY,
    );
    assert.equal(world.signers.isKnown("peer.example"), false); // nobody has got it
    assert.equal(await world.post(signed(encrypted({ id: "3" }))), OK);
    await written(world);
    assert.equal(await world.post(encrypted({ id: "4" })), MISSING);
    world.age(29 * DAY_SECONDS);
    assert.equal(await world.post(encrypted({ id: "5" })), MISSING);
    world.age(2 * DAY_SECONDS);
    assert.equal(await world.post(encrypted({ id: "6" })), OK);
  },
);

worldTest("who has signed for a day may bring more", async (world) => {
  world.limits = { ...world.limits, perMinute: 6 }; // one at once
  const many = "429 450 4.7.0 Too many requests (10)";
  const text = (id: string) => signed(encrypted({ id }));
  assert.equal(await world.post(text("1")), OK);
  await written(world);
  assert.equal(await world.post(text("2")), many);
  world.age(DAY_SECONDS);
  await world.time.pass(10_000);
  assert.equal(await world.post(text("3")), OK);
  await written(world);
  for (const id of ["4", "5", "6", "7", "8"]) {
    assert.equal(await world.post(text(id)), OK);
  }
  assert.equal(
    await world.post(text("9")),
    "429 450 4.7.0 Too many requests (2)",
  );
  assert.equal(
    (await world.relay.inbox(ANN)).length,
    7,
  );
});

worldTest(
  "mail that comes over HTTP and then over SMTP is stored once",
  async (world) => {
    be(world, "strict");
    const text = signed(encrypted());
    assert.equal(await world.post(text, { to: [ANN] }), OK);
    const mx = await world.relay.delivery.begin({
      kind: "mx",
      peer: { address: PEER, secure: true },
      reversePath: ZOE,
    });
    for (const to of [ANN, BOB]) await mx.addRecipient(to);
    await mx.write(new TextEncoder().encode(text));
    await mx.finish();
    assert.equal(await world.post(text, { to: [BOB] }), OK);
    for (const one of [ANN, BOB]) {
      assert.equal((await world.relay.inbox(one)).length, 1);
    }
  },
);

/** What was learned of signers is stored. */
async function written(world: ServerMailWorld): Promise<void> {
  while (!world.records.get("peer.example")) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

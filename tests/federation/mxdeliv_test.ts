/** What `/mxdeliv` answers to whom, over a real store. */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import { ANN, BOB } from "../delivery/relay.ts";
import {
  clear,
  encrypted,
  PEER,
  signed,
  worldTest,
} from "./server_mail_world.ts";

const OK = "200 250 2.0.0 OK";
const CLEAR = "403 523 5.7.10 Encryption Needed: Invalid Unencrypted Mail";
const POLICY = "403 554 5.7.1 Policy rejection";
const OWN = "403 554 5.7.1 Use submission";
const NOBODY = "404 550 5.1.1 No such user here";

worldTest("a message reaches each recipient, by either path", async (world) => {
  const to = [ANN, `"bob"@relay.example, ${ANN}`, "<carol@relay.example>"];
  assert.equal(await world.post(encrypted(), { to }), OK);
  const text = encrypted({ id: "2" });
  const more = { to: [BOB], reversePath: "", path: "/mxdeliv/" };
  assert.equal(await world.post(text, more), OK);
  assert.equal(await world.post(text, { ...more, secure: false }), OK);
  const [first, second, ...none] = await world.relay.inbox(BOB);
  assert.match(first!, /^From: <zoe@peer\.example>\r\n/);
  assert.match(second!, /^Message-ID: <2@localhost>\r\n/m);
  assert.deepEqual(none, []);
  assert.equal((await world.relay.inbox(ANN)).length, 1);
});

worldTest(
  "lines that end without CR are stored as mail has them",
  async (world) => {
    const text = signed(encrypted()).replaceAll("\r\n", "\n");
    assert.equal(await world.post(text, { to: [ANN] }), OK);
    const [stored] = await world.relay.inbox(ANN);
    assert.match(stored!, /^From: <zoe@peer\.example>\r\n/);
    assert.doesNotMatch(stored!, /[^\r]\n/);
  },
);

worldTest(
  "answers tell strangers nothing of who has an account",
  async (world) => {
    const rows: readonly [to: string, text: string, answer: string][] = [
      [ANN, clear(), CLEAR],
      ["ghost@relay.example", clear(), CLEAR],
      ["ghost@relay.example", encrypted(), OK],
      ["u@2.2.2.2", encrypted(), OK],
      ["admin@relay.example", encrypted(), OK],
      // nobody can have these, so that it does not matter what comes
      ["u@2.2.2.2", clear(), OK],
      ["admin@relay.example", clear(), OK],
      ["Root@Relay.Example", clear(), OK],
      ["postmaster@alias.example", clear(), OK],
      [ANN, encrypted(), OK],
    ];
    for (const [to, text, expected] of rows) {
      assert.equal(await world.post(text, { to: [to] }), expected, to);
    }
    assert.equal((await world.relay.inbox(ANN)).length, 1);
    const counted = world.relay.counters.totals();
    assert.equal(counted.get("messages_discarded"), 1);
    assert.equal(counted.get("refused_no_such_user"), 1);
  },
);

worldTest("mail for postmaster reaches who reads it", async (world) => {
  world.relay.roles = BOB;
  const to = ["postmaster@relay.example"];
  assert.equal(await world.post(clear(), { to }), CLEAR);
  assert.equal(await world.post(encrypted(), { to }), OK);
  assert.equal((await world.relay.inbox(BOB)).length, 1);
});

worldTest(
  "who has shown who it is hears that nobody is there",
  async (world) => {
    const text = signed(encrypted());
    const ghost = "ghost@relay.example";
    assert.equal(await world.post(text, { to: [ghost] }), NOBODY);
    assert.equal(await world.post(text, { to: [ghost, "u@2.2.2.2"] }), NOBODY);
    for (const one of ["u@2.2.2.2", "admin@relay.example"]) {
      assert.equal(await world.post(text, { to: [one] }), NOBODY);
    }
    assert.equal(await world.post(text, { to: [ghost, ANN] }), OK);
    const literal = encrypted({ from: `zoe@[${PEER}]` });
    assert.equal(await world.post(literal, { to: [ghost] }), NOBODY);
    assert.deepEqual(world.refusals, Array(5).fill("no_such_user"));
  },
);

worldTest("an operator may have strangers told too", async (world) => {
  world.settings = { ...world.settings, antiEnumeration: false };
  const to = ["ghost@relay.example"];
  assert.equal(await world.post(encrypted(), { to }), NOBODY);
});

worldTest(
  "a full mailbox is told to who has shown who it is",
  async (world) => {
    world.relay.settings = {
      ...world.relay.settings,
      quota: { ...world.relay.settings.quota, defaultOctets: 100 },
    };
    assert.equal(await world.post(encrypted()), OK);
    const full = "507 452 4.2.2 Mailbox full";
    assert.equal(await world.post(signed(encrypted())), full);
    assert.deepEqual(await world.relay.inbox(ANN), []);
  },
);

const FULL = "507 452 4.3.1 Insufficient storage";
const LOCAL_ERROR = "503 451 4.3.0 Local error (60)";

worldTest(
  "what the store does not take is never said to be taken, and is taken later",
  async (world) => {
    const { mail } = world.relay.store;
    const accept = mail.accept.bind(mail);
    const rows: readonly [fault: Error, answer: string][] = [
      [new Refusal("storage_full"), FULL],
      [new Refusal("storage_read_only"), LOCAL_ERROR],
      [new Refusal("unavailable"), LOCAL_ERROR],
      [new Error("disk I/O error"), LOCAL_ERROR],
    ];
    const text = signed(encrypted());
    const to = [ANN, BOB];
    for (const [fault, answer] of rows) {
      mail.accept = () => Promise.reject(fault);
      assert.equal(await world.post(text, { to }), answer, String(fault));
    }
    assert.equal(world.relay.bugs.splice(0).length, 1);
    assert.deepEqual(world.refusals, [
      "storage_full",
      "storage_read_only",
      "unavailable",
    ]);
    assert.deepEqual(await world.relay.inbox(ANN), []);
    mail.accept = accept;
    assert.equal(await world.post(text, { to }), OK);
    for (const one of to) {
      assert.equal((await world.relay.inbox(one)).length, 1);
    }
  },
);

worldTest(
  "a disk that is full while a message comes is told, whoever it is for",
  async (world) => {
    const { staging } = world.relay.store;
    const stage = staging.stage.bind(staging);
    staging.stage = () => {
      const staged = stage();
      staged.write = () => Promise.reject(new Refusal("storage_full"));
      return staged;
    };
    for (const to of [ANN, "ghost@relay.example"]) {
      const text = encrypted({ sizeOctets: 100_000 });
      assert.equal(await world.post(text, { to: [to] }), FULL);
    }
    staging.stage = stage;
    assert.equal(await world.post(encrypted()), OK);
  },
);

worldTest("nobody outside writes in our name", async (world) => {
  for (
    const from of ["ann@relay.example", "x@alias.example", "x@[192.0.2.1]"]
  ) {
    assert.equal(await world.post(encrypted({ from })), OWN, from);
    const reversePath = from;
    assert.equal(await world.post(encrypted(), { reversePath }), OWN, from);
  }
  const both = encrypted().replace("<zoe@", "<ann@relay.example>, <zoe@");
  assert.equal(await world.post(both), OWN);
});

worldTest("the policy is about the author and the envelope", async (world) => {
  const rules = [{ pattern: "foe.example", action: "block" }] as const;
  world.policy = { ...world.policy, rules };
  const from = "x@foe.example";
  const friend = "x@friend.example";
  assert.equal(await world.post(encrypted({ from })), POLICY);
  assert.equal(await world.post(encrypted(), { reversePath: from }), POLICY);
  assert.equal(await world.post(clear({ from })), POLICY);
  assert.equal(await world.post(encrypted(), { reversePath: friend }), OK);
  assert.equal(
    await world.post(encrypted({ from }), { to: ["ghost@relay.example"] }),
    POLICY,
  );
});

worldTest(
  "with federation off nothing is taken, nor looked at",
  async (world) => {
    world.policy = { ...world.policy, enabled: false };
    for (const to of [ANN, "ghost@relay.example", "admin@relay.example"]) {
      assert.equal(await world.post(encrypted(), { to: [to] }), POLICY);
    }
    const endless = new ReadableStream<Uint8Array>({
      pull: () => new Promise(() => {}),
    });
    assert.equal(await world.post(endless), POLICY);
  },
);

const CASES: readonly [what: string, text: string, answer: string][] = [
  [
    "no From",
    "To: <a@b.example>\r\n\r\nx\r\n",
    "400 550 5.6.0 From header missing",
  ],
  [
    "two From fields",
    encrypted().replace("From:", "From: <x@peer.example>\r\nFrom:"),
    "400 550 5.6.0 More than one From header",
  ],
  [
    "two authors",
    encrypted().replace("<zoe@", "<x@peer.example>, <zoe@"),
    "400 550 5.6.0 More than one address in From header",
  ],
  ["no header", "hello\r\n", "400 550 5.6.0 Message header malformed"],
  [
    "no end of the header",
    "From: <zoe@peer.example>\r\nTo: <a@b.example>\r\n",
    "400 550 5.6.0 Message header malformed",
  ],
  ["nothing", "", "400 550 5.6.0 Message is empty"],
  [
    "NUL in the header",
    encrypted().replace("\r\n", "\r\nX-Y: a\0b\r\n"),
    "400 550 5.6.0 Message header malformed",
  ],
  [
    "a circle",
    "Received: by x\r\n".repeat(51) + encrypted(),
    "400 554 5.4.6 Routing loop detected",
  ],
  [
    "a huge header",
    `X-Y: ${"y".repeat(70)}\r\n`.repeat(4000) + encrypted(),
    "431 552 5.3.4 Headers too large",
  ],
];
for (const [what, text, expected] of CASES) {
  worldTest(
    `a message with ${what} is refused, whoever it is for`,
    async (world) => {
      for (const to of [ANN, "ghost@relay.example"]) {
        const answer = await world.post(text, { to: [to] });
        assert.equal(answer, expected);
      }
      assert.deepEqual(await world.relay.inbox(ANN), []);
    },
  );
}

worldTest("an envelope that cannot be read is refused", async (world) => {
  const rows: readonly [
    to: readonly string[],
    reversePath: string,
    answer: string,
  ][] = [
    [[], "", "400 501 5.5.4 X-Mail-To is missing"],
    [[" , "], "", "400 501 5.5.4 X-Mail-To is missing"],
    [["ann"], "", "400 501 5.1.3 Bad address syntax"],
    [["@relay.example"], "", "400 501 5.1.3 Bad address syntax"],
    [["a b@relay.example"], "", "400 501 5.1.3 Bad address syntax"],
    [['"a,b"@relay.example'], "", "400 501 5.1.3 Bad address syntax"],
    [[`"a b"@far.example, ${ANN}`], "", "400 501 5.1.3 Bad address syntax"],
    [['"a<b>"@relay.example'], "", "400 501 5.1.3 Bad address syntax"],
    [["<ann@relay.example> x"], "", "400 501 5.1.3 Bad address syntax"],
    [
      [`${"a".repeat(400)}@relay.example`],
      "",
      "400 501 5.1.3 Bad address syntax",
    ],
    [[ANN], "zoe", "400 501 5.1.3 Bad address syntax"],
    [[ANN], "zoe@localhost", "400 501 5.1.8 Bad sender domain"],
    [
      [ANN],
      "zoe@peer.example, eve@peer.example",
      "400 501 5.5.4 More than one X-Mail-From",
    ],
    [
      Array.from({ length: 1001 }, (_, i) => `u${i}@relay.example`),
      "",
      "400 501 5.5.4 Too many recipients",
    ],
  ];
  for (const [to, reversePath, expected] of rows) {
    const answer = await world.post(encrypted(), { to, reversePath });
    assert.equal(answer, expected);
  }
  assert.deepEqual(await world.relay.inbox(ANN), []);
});

worldTest(
  "in clear nothing is taken where an operator wants it so",
  async (world) => {
    world.takesPlain = false;
    const request = new Request("http://relay.example/mxdeliv", {
      method: "POST",
    });
    const exchange = {
      address: PEER,
      secure: false,
      limit() {},
      ending: new AbortController().signal,
    };
    const response = await world.handler(request, exchange);
    assert.equal(response.status, 404);
    await response.body?.cancel();
  },
);

worldTest(
  "mail of a blocked author is taken and forgotten, whatever its envelope",
  async (world) => {
    await world.relay.store.accounts.block({
      pattern: "*@blocked.example",
      reason: "",
      createdAt: 0,
    });
    const text = encrypted({ from: "Eve@blocked.example" });
    for (const reversePath of ["", "zoe@peer.example", "eve@blocked.example"]) {
      assert.equal(await world.post(text, { reversePath }), OK);
    }
    assert.deepEqual(await world.relay.inbox(ANN), []);
  },
);

/** What is accepted at once: mailboxes, queue, and what makes a message known. */
import assert from "node:assert/strict";
import type { AccountId } from "../../src/base/ids.ts";
import type { MessageKey } from "../../src/store/message_key.ts";
import {
  acceptFor,
  claim,
  DAY,
  outboundTo,
  recipient,
  REFUSED,
  states,
} from "./queue_world.ts";
import {
  addAccount,
  contentCount,
  HEADER,
  inboxOf,
  QUOTA,
  sqliteTest,
  stage,
  START_SECONDS,
  storeTest,
  textOf,
  walk,
} from "./store_world.ts";

const NOBODY = 99 as AccountId;

function key(text: string, of: MessageKey["of"] = "message"): MessageKey {
  return { octets: new TextEncoder().encode(text), of, seconds: 600 };
}

storeTest("accept() does mailboxes and queue at once", async ({ store }) => {
  const ann = await addAccount(store, "ann");
  const outbound = outboundTo(["bob@far.example"], {
    account: ann,
    prefix: new TextEncoder().encode("X-Mail-Hops: 1\r\n"),
    bodyHash: "aGFzaA==",
    eightBit: true,
  });
  const { results, queued, known } = await acceptFor(store, {
    recipients: [ann],
    outbound,
  });
  assert.deepEqual(results, [{ account: ann, outcome: "delivered" }]);
  assert.equal(known, false);
  assert.equal((await inboxOf(store, ann)).exists, 1);
  const [unit] = await claim(store);
  assert.match(unit!.mailId, /^[A-Za-z0-9_-]{22}$/);
  assert.deepEqual({ ...unit, mailId: "" }, {
    message: queued,
    mailId: "",
    destination: "far.example",
    reversePath: "ann@relay.example",
    recipients: [{ n: 0, address: "bob@far.example", attempts: 0 }],
    origin: "submission",
    account: ann,
    sizeOctets: HEADER.length + 5,
    prefix: outbound.prefix,
    bodyHash: "aGFzaA==",
    eightBit: true,
    utf8: false,
    queuedAt: START_SECONDS,
    failStreak: 0,
  });
  assert.equal(
    await textOf(await store.queue.body(queued!)),
    `${HEADER}hello`,
  );
  const header = await store.queue.header(queued!);
  assert.equal(new TextDecoder().decode(header), HEADER);
  const small = await store.queue.small(queued!);
  assert.equal(new TextDecoder().decode(small?.octets), `${HEADER}hello`);
  assert.equal(small?.headerOctets, HEADER.length);
});

sqliteTest("accept() keeps nothing of what is only pretended", async (test) => {
  const accepted = await acceptFor(test.store, { pretended: true });
  assert.deepEqual(accepted, { results: [], known: true });
  assert.equal(contentCount(test.stateDir), 0);
});

storeTest("accept() keeps nothing that nobody gets", async ({ store }) => {
  const ann = await addAccount(store, "ann");
  for (
    const outbound of [
      undefined,
      outboundTo([recipient("bob@far.example", REFUSED)], { account: ann }),
    ]
  ) {
    const message = {
      recipients: [ann, NOBODY],
      dependentCopy: ann,
      key: key("a"),
      ...(outbound && { outbound }),
    };
    assert.deepEqual(await acceptFor(store, message), {
      results: [
        { account: ann, outcome: "withheld" },
        { account: NOBODY, outcome: "no_such_user" },
      ],
      known: false,
    });
  }
  assert.equal((await inboxOf(store, ann)).exists, 0);
  assert.equal((await store.queue.summary()).messages, 0);
  // it is no message that was taken: it may come again
  assert.equal((await acceptFor(store, { key: key("a") })).known, false);
});

storeTest(
  "a dependent copy goes with mail for elsewhere",
  async ({ store }) => {
    const ann = await addAccount(store, "ann");
    const { results } = await acceptFor(store, {
      recipients: [ann],
      dependentCopy: ann,
      outbound: outboundTo(["bob@far.example"], { account: ann }),
    });
    assert.deepEqual(results, [{ account: ann, outcome: "delivered" }]);
  },
);

storeTest(
  "a known message gets its first results, also after a restart",
  async ({ store, reopen, pass }) => {
    const ann = await addAccount(store, "ann");
    const bob = await addAccount(store, "bob");
    await store.accounts.setQuota(bob, 1);
    const message = {
      recipients: [ann, bob, NOBODY],
      key: key("a"),
      outbound: outboundTo(["bob@far.example"], { account: ann }),
    };
    const { results, queued } = await acceptFor(store, message);
    assert.deepEqual(results, [
      { account: ann, outcome: "delivered" },
      { account: bob, outcome: "quota_exceeded" },
      { account: NOBODY, outcome: "no_such_user" },
    ]);
    assert.ok(queued);
    await store.accounts.setQuota(bob, undefined);
    pass(599);
    const again = await reopen();
    const known = { results, known: true };
    assert.deepEqual(await acceptFor(again, message), known);
    assert.equal((await inboxOf(again, ann)).exists, 1);
    assert.equal((await inboxOf(again, bob)).exists, 0);
    assert.equal((await again.queue.summary()).messages, 1);
    pass(1);
    const later = await acceptFor(again, message);
    assert.equal(later.known, false);
    assert.equal((await inboxOf(again, bob)).exists, 1);
    assert.equal((await again.queue.summary()).messages, 2);
  },
);

storeTest(
  "keys of recipients let those get it who have not had it",
  async ({ store, reopen }) => {
    const ann = await addAccount(store, "ann");
    const bob = await addAccount(store, "bob");
    const first = {
      recipients: [ann, NOBODY],
      key: key("a", "recipient"),
      outbound: outboundTo(["cat@far.example"]),
    };
    await acceptFor(store, first);
    const again = await reopen();
    assert.deepEqual(
      await acceptFor(again, {
        ...first,
        recipients: [ann, bob],
        outbound: outboundTo(["cat@far.example", "dan@far.example"]),
      }),
      {
        results: [
          { account: ann, outcome: "duplicate" },
          { account: bob, outcome: "delivered" },
        ],
        queued: 2,
        known: false,
      },
    );
    assert.deepEqual(await acceptFor(again, first), {
      results: [
        { account: ann, outcome: "duplicate" },
        { account: NOBODY, outcome: "no_such_user" },
      ],
      known: false,
    });
    assert.deepEqual(
      await acceptFor(again, { recipients: [ann], key: first.key }),
      { results: [{ account: ann, outcome: "duplicate" }], known: true },
    );
    assert.equal((await inboxOf(again, ann)).exists, 1);
    assert.deepEqual(await states(again), {
      "cat@far.example": "waiting",
      "dan@far.example": "waiting",
    });
  },
);

storeTest(
  "the date of the machine makes no message unknown, and none known for ever",
  async ({ store, clock, pass }) => {
    const ann = await addAccount(store, "ann");
    const message = { recipients: [ann], key: key("a") };
    await acceptFor(store, message);
    const wall = clock.now.bind(clock);
    clock.now = () => wall() + 400 * DAY * 1000;
    assert.equal((await acceptFor(store, message)).known, true);
    clock.now = () => wall() - 400 * DAY * 1000;
    assert.equal((await acceptFor(store, message)).known, true);
    pass(601);
    assert.equal((await acceptFor(store, message)).known, false);
  },
);

sqliteTest(
  "what is known goes as new messages come",
  async ({ store, stateDir, pass }) => {
    const ann = await addAccount(store, "ann");
    for (const name of ["a", "b"]) {
      for (let i = 0; i < 50; i++) {
        await acceptFor(store, { recipients: [ann], key: key(`${name}${i}`) });
      }
      pass(601);
    }
    await store.close();
    const { Connection } = await import(
      "../../src/store/sqlite/database/connection.ts"
    );
    const db = Connection.open(`${stateDir}/chat.db`, { readOnly: true });
    const [count] = db.column("SELECT count(*) FROM accepted");
    db.close();
    assert.equal(count, 50);
  },
);

sqliteTest(
  "the content of a known message is not kept",
  async ({ store, stateDir }) => {
    const ann = await addAccount(store, "ann");
    for (const known of [false, true]) {
      const staging = store.staging.stage();
      await staging.write(new TextEncoder().encode("x".repeat(90_000)));
      const accepted = await store.mail.accept({
        content: await staging.finish(),
        headerOctets: 0,
        recipients: [ann],
        arrivedAt: START_SECONDS,
        quota: QUOTA,
        key: key("a"),
      });
      assert.equal(accepted.known, known);
      await staging.discard();
    }
    assert.equal((await filesBelow(`${stateDir}/blobs`)).length, 1);
  },
);

sqliteTest(
  "the queue holds a content that no mailbox has, and lets it go",
  async ({ store, stateDir }) => {
    const ann = await addAccount(store, "ann");
    const staging = store.staging.stage();
    await staging.write(new TextEncoder().encode("x".repeat(90_000)));
    const { queued } = await store.mail.accept({
      content: await staging.finish(),
      headerOctets: 0,
      recipients: [ann],
      outbound: outboundTo(["bob@far.example", "cat@far.example"]),
      arrivedAt: START_SECONDS,
      quota: QUOTA,
    });
    await staging.discard();
    await store.accounts.purge(ann);
    await walk((after) => store.maintenance.collectBlobs(after));
    const text = await textOf(await store.queue.body(queued!));
    assert.equal(text?.length, 90_000);
    const [unit] = await claim(store);
    await store.queue.settle([{
      holder: "sender",
      message: queued!,
      destination: "far.example",
      recipients: [{ n: 0, outcome: { kind: "delivered" } }],
    }]);
    assert.ok(await store.queue.body(queued!));
    await store.queue.settle([{
      holder: "sender",
      message: queued!,
      destination: "far.example",
      recipients: [{ n: 1, outcome: { kind: "delivered" } }],
    }]);
    assert.equal(unit!.recipients.length, 2);
    assert.equal(await store.queue.body(queued!), undefined);
    assert.equal((await store.queue.summary()).messages, 0);
    await store.close();
    assert.deepEqual(await filesBelow(`${stateDir}/blobs`), []);
  },
);

sqliteTest(
  "what is remembered of mail goes with its time, also when no other comes",
  async ({ store, stateDir, pass }) => {
    const ann = await addAccount(store, "ann");
    for (let n = 0; n < 3; n++) {
      await acceptFor(store, {
        key: key(`a${n}`),
        outbound: outboundTo(["bob@far.example"], {
          account: ann,
          messageId: `<${n}@localhost>`,
        }),
      });
    }
    const { Connection } = await import(
      "../../src/store/sqlite/database/connection.ts"
    );
    const rows = () => {
      const db = Connection.open(`${stateDir}/chat.db`, { readOnly: true });
      const counts = ["accepted", "sent"].map((table) =>
        db.column(`SELECT count(*) FROM ${table}`)[0]
      );
      db.close();
      return counts;
    };
    assert.deepEqual(rows(), [3, 3]);
    pass(600);
    assert.equal((await store.queue.expire()).more, false);
    assert.deepEqual(rows(), [0, 3]);
    pass(5 * 86_400);
    await store.queue.expire();
    assert.deepEqual(rows(), [0, 0]);
  },
);

sqliteTest(
  "a small content goes with its last recipient",
  async ({ store, stateDir }) => {
    const content = await stage(store, "secret");
    const { queued } = await acceptFor(store, {
      content,
      outbound: outboundTo(["bob@far.example"]),
    });
    assert.ok(await store.queue.body(queued!));
    await store.queue.remove({ kind: "all" });
    assert.equal(await store.queue.body(queued!), undefined);
    assert.equal(contentCount(stateDir), 0);
  },
);

async function filesBelow(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) found.push(...await filesBelow(path));
    else found.push(path);
  }
  return found;
}

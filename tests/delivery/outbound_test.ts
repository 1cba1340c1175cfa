/** Where a message goes: here, elsewhere, nowhere; and who is told. */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import { type Address, domain } from "../../src/mail/address.ts";
import type {
  Outbound,
  QueuedNow,
  RejectAt,
  RemoteRoute,
} from "../../src/delivery/outbound.ts";
import type { Origin } from "../../src/delivery/origin.ts";
import { DkimBodyHash } from "../../src/mailauth/dkim_body_hash.ts";
import type { FailedRecipient, LeasedUnit } from "../../src/store/queue.ts";
import { messageOf, octets, pkesk3, seipd1 } from "../gate/messages.ts";
import { concat } from "../../src/base/octets.ts";
import { ANN, BOB, CAROL, Relay } from "./relay.ts";

const PEER = { address: "192.0.2.7", secure: true };

const ROUTES: Readonly<Record<string, RemoteRoute>> = {
  "far.example": { kind: "queue", destination: "far.example" },
  "near.example": { kind: "queue", destination: "near.example" },
  "void.example": { kind: "dismiss" },
  "foe.example": {
    kind: "refuse",
    code: "policy_rejection",
    status: "5.7.27",
    text: "we do not write to foe.example",
  },
};

class TestOutbound implements Outbound {
  asked: string[] = [];
  rejects: RejectAt = "single";
  /** What comes of the first attempt. */
  first = (_: QueuedNow): Promise<readonly FailedRecipient[] | undefined> =>
    Promise.resolve(undefined);
  route(
    addresses: readonly Address[],
    { origin }: { readonly origin: Origin },
  ) {
    this.asked.push(`${origin.kind}: ${addresses.join(" ")}`);
    return Promise.resolve(addresses.map((one) => ROUTES[domain(one)]!));
  }
  refusal(address: Address) {
    const route = ROUTES[domain(address)]!;
    return route.kind === "refuse" ? route : undefined;
  }
  rejectAt = () => this.rejects;
  firstAttempt = (queued: QueuedNow) => this.first(queued);
  failed = () => {};
  isAwaited = () => false;
  lifetimeSeconds = () => 172_800;
  bodyHash = () => new DkimBodyHash();
  prefix = ({ kind }: Origin, hops: number) =>
    kind === "exchanger" ? octets(`X-Mail-Hops: ${hops + 1}\r\n`) : undefined;
}

function outboundTest(
  name: string,
  run: (relay: Relay, outbound: TestOutbound) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const relay = await Relay.open();
    const outbound = new TestOutbound();
    relay.outbound = outbound;
    try {
      await run(relay, outbound);
      assert.deepEqual(relay.bugs, []);
    } finally {
      await relay.close();
    }
  });
}

function from(relay: Relay, account: Address): Origin {
  const accountId = relay.accounts.get(account)!;
  const kind = "submission";
  return { kind, account, accountId, peer: PEER, reversePath: account };
}

const ZOE = { peer: PEER, reversePath: "zoe@other.example" };

interface Attempt {
  readonly origin: Origin;
  readonly to: readonly string[];
  readonly text: string;
}

async function send(relay: Relay, attempt: Attempt): Promise<void> {
  const transaction = await relay.delivery.begin(attempt.origin);
  try {
    for (const to of attempt.to) await transaction.addRecipient(to);
    await transaction.write(octets(attempt.text));
    await transaction.finish();
  } catch (error) {
    await transaction.discard();
    throw error;
  }
}

let count = 0;
function mail(author = "ann@relay.example"): string {
  return messageOf(concat([pkesk3, seipd1(900)]))
    .replace(/^(?:From|Message-ID): .*\r\n/gmi, "")
    .replace(
      /^/,
      `From: <${author}>\r\nMessage-ID: <${++count}@localhost>\r\n`,
    );
}

function claim(relay: Relay): Promise<LeasedUnit[]> {
  return relay.store.queue.claim({
    holder: "test",
    leaseSeconds: 60,
    units: 100,
    recipientsPerUnit: 100,
    of: { kind: "due", perDestination: 100, busy: new Map() },
  });
}

async function counts(relay: Relay, ...accounts: Address[]) {
  const { messages } = await relay.store.queue.summary();
  const inboxes = await Promise.all(accounts.map((one) => relay.inbox(one)));
  return [messages, ...inboxes.map(({ length }) => length)];
}

function code(wanted: string) {
  return (error: unknown) => error instanceof Refusal && error.code === wanted;
}

outboundTest(
  "a message goes to mailboxes and into the queue, as it is sent later",
  async (relay, outbound) => {
    const to = [BOB, "x@far.example", ANN, "y@near.example", "z@far.example"];
    await send(relay, { origin: from(relay, ANN), to, text: mail() });
    assert.deepEqual(await counts(relay, ANN, BOB), [1, 1, 1]);
    assert.deepEqual(outbound.asked, [
      "submission: x@far.example y@near.example z@far.example",
    ]);
    const units = await claim(relay);
    assert.deepEqual(
      units.map(({ recipients }) => recipients.map(({ address }) => address)),
      [["x@far.example", "z@far.example"], ["y@near.example"]],
    );
    const [stored = ""] = await relay.inbox(BOB);
    const hash = new DkimBodyHash();
    hash.update(octets(stored.slice(stored.indexOf("\r\n\r\n") + 4)));
    const { message, reversePath, origin, account, ...unit } = units[0]!;
    assert.deepEqual([reversePath, origin, account], [
      ANN,
      "submission",
      relay.accounts.get(ANN),
    ]);
    assert.equal(unit.bodyHash, hash.digest());
    assert.deepEqual([unit.eightBit, unit.utf8], [false, false]);
    assert.equal(unit.sizeOctets, stored.length);
    const pieces = await Array.fromAsync(
      (await relay.store.queue.body(message))!,
    );
    assert.equal(new TextDecoder().decode(concat(pieces)), stored);
    const totals = relay.counters.totals();
    assert.equal(totals.get("messages_queued"), 3);
    assert.equal(totals.get("messages_delivered"), 2);
  },
);

outboundTest(
  "mail that only leaves is accepted, with the sender's own copy",
  async (relay) => {
    const origin = from(relay, ANN);
    await send(relay, { origin, to: ["x@far.example"], text: mail() });
    assert.deepEqual(await counts(relay, ANN), [1, 0]);
    await send(relay, { origin, to: [ANN, "x@far.example"], text: mail() });
    assert.deepEqual(await counts(relay, ANN), [2, 1]);
  },
);

outboundTest(
  "mail that is dismissed is accepted, and nobody gets it or hears of it",
  async (relay) => {
    const origin = from(relay, ANN);
    await send(relay, { origin, to: ["x@void.example"], text: mail() });
    assert.deepEqual(await counts(relay, ANN), [0, 0]);
    await send(relay, { origin, to: [ANN, "x@void.example"], text: mail() });
    assert.deepEqual(await counts(relay, ANN), [0, 1]);
    assert.equal(relay.counters.totals().get("messages_dismissed"), 2);
  },
);

outboundTest(
  "recipients elsewhere who are refused: the reply if nobody is left, else one report",
  async (relay) => {
    const origin = from(relay, ANN);
    const foes = ["x@foe.example", "y@foe.example"];
    for (const to of [foes, [ANN, ...foes]]) {
      await assert.rejects(
        send(relay, { origin, to, text: mail() }),
        code("policy_rejection"),
      );
    }
    assert.deepEqual(await counts(relay, ANN), [0, 0]);
    const text = mail();
    for (let again = 0; again < 2; again++) {
      await send(relay, { origin, to: ["a@far.example", ...foes], text });
    }
    const { reports } = relay.delivery;
    await reports.tellDue(); // others may fail, and are told of with them
    assert.deepEqual(await relay.inbox(ANN), []);
    await reports.tellAll();
    const [report = "", ...more] = await relay.inbox(ANN);
    assert.deepEqual(more, []);
    for (const foe of foes) {
      assert.match(
        report,
        new RegExp(`^Final-Recipient: rfc822; ${foe}\r$`, "m"),
      );
    }
    assert.match(report, /^Status: 5\.7\.27\r$/m);
    assert.match(
      report,
      /^Message could not be delivered to x@foe\.example: we do not write to foe\.example\.\r$/m,
    );
    assert.match(
      report,
      new RegExp(`^Message-ID: <${count}@localhost>\r$`, "m"),
    );
    // the other one waits, and nothing of the failures
    const { recipients } = await relay.store.queue.list({ limit: 9 });
    assert.deepEqual(recipients.map(({ address, state }) => [address, state]), [
      ["a@far.example", "waiting"],
    ]);
    await relay.delivery.reports.tellAll();
    assert.equal((await relay.inbox(ANN)).length, 1);
  },
);

outboundTest(
  "a report names the message as its sender does, also where others get another name",
  async (relay) => {
    const given = "<not of the form>";
    const text = mail().replace(/^Message-ID: .*$/m, `Message-ID: ${given}`);
    const origin = from(relay, ANN);
    await send(relay, { origin, to: ["a@far.example"], text });
    const [unit] = await claim(relay);
    const header = await relay.store.queue.header(unit!.message);
    const [, sent] = /^Message-ID: (<[0-9a-f]{32}@relay\.example>)\r$/m.exec(
      new TextDecoder().decode(header),
    )!;
    const about = {
      account: relay.accounts.get(ANN)!,
      destination: "far.example",
    };
    const { queue } = relay.store;
    assert.ok(await queue.hasSent({ ...about, messageId: sent! }));
    assert.ok(!await queue.hasSent({ ...about, messageId: given }));
    await queue.remove({ kind: "all" }, { status: "5.7.0", text: "no" });
    await relay.delivery.reports.tellAll();
    const [report = ""] = await relay.inbox(ANN);
    const part = report.split("Content-Type: text/rfc822-headers")[1] ?? "";
    assert.match(part, /^Message-ID: <not of the form>\r$/m);
  },
);

outboundTest(
  "a report that a crash or a full store has prevented is made later, once",
  async (relay) => {
    const { reports } = relay.delivery;
    for (let again = 0; again < 2; again++) {
      await send(relay, {
        origin: from(relay, ANN),
        to: [BOB, "x@foe.example"],
        text: mail(),
      });
    }
    assert.deepEqual(await counts(relay, ANN, BOB), [2, 0, 2]);
    await Promise.all([reports.tellAll(), reports.tellDue()]);
    await reports.tellAll();
    assert.deepEqual(await counts(relay, ANN, BOB), [0, 2, 2]);
    assert.equal(relay.counters.totals().get("reports_stored"), 2);
  },
);

outboundTest(
  "a sender who is gone is told nothing, and nothing of it stays",
  async (relay) => {
    const { reports } = relay.delivery;
    const to = [BOB, "x@foe.example"];
    await send(relay, { origin: from(relay, ANN), to, text: mail() });
    await relay.store.accounts.startDeletion(relay.accounts.get(ANN)!);
    await reports.tellAll();
    assert.deepEqual(await counts(relay), [0]);
    assert.equal(relay.counters.totals().get("reports_undeliverable"), 1);
  },
);

outboundTest(
  "reports have the field by which clients show them, unless it is turned off",
  async (relay) => {
    const origin = from(relay, ANN);
    const to = [BOB, "x@foe.example"];
    for (const reportHint of [true, false]) {
      relay.settings = { ...relay.settings, reportHint };
      await send(relay, { origin, to, text: mail() });
      await relay.delivery.reports.tellDue();
    }
    const [hinted = "", plain = ""] = await relay.inbox(ANN);
    assert.match(hinted, /^Secure-Join: vc-request\r$/m);
    assert.doesNotMatch(plain, /Secure-Join/);
  },
);

const REFUSED: FailedRecipient = {
  n: 0,
  address: "x@far.example" as Address,
  note: {
    status: "5.1.1",
    text: "No such üser",
    code: 550,
    host: "mx.far.example",
  },
};

outboundTest(
  "what the first attempt says is the reply, if nobody else gets the message",
  async (relay, outbound) => {
    const origin = from(relay, ANN);
    const asked: QueuedNow[] = [];
    outbound.first = (queued) => {
      asked.push(queued);
      return Promise.resolve([REFUSED]);
    };
    const to = [ANN, "x@far.example"];
    await assert.rejects(
      send(relay, { origin, to, text: mail() }),
      (error) => {
        assert.ok(error instanceof Refusal);
        assert.equal(error.code, "not_delivered");
        assert.deepEqual(error.detail, {
          address: "x@far.example",
          status: "5.1.1",
          advice: "mx.far.example said: No such ?ser",
        });
        return true;
      },
    );
    assert.deepEqual(asked.map(({ recipients }) => recipients), [1]);
    assert.deepEqual([...asked[0]!.destinations], ["far.example"]);
    assert.ok(asked[0]!.key);
    await send(relay, { origin, to: [BOB, "x@far.example"], text: mail() });
    await send(relay, {
      origin,
      to: ["y@void.example", "x@far.example"],
      text: mail(),
    });
    assert.equal(asked.length, 1);
  },
);

outboundTest(
  "a message is taken back only when all of it has failed, and is new then",
  async (relay, outbound) => {
    const { queue } = relay.store;
    const origin = from(relay, ANN);
    const text = mail();
    const to = ["x@far.example", "y@near.example"];
    async function refuse(destinations: readonly string[]): Promise<void> {
      for (const unit of await claim(relay)) {
        const { message, destination } = unit;
        const isRefused = destinations.includes(destination);
        await queue.settle([{
          holder: "test",
          message,
          destination,
          recipients: unit.recipients.map(({ n }) => ({
            n,
            outcome: isRefused
              ? { kind: "failed", note: REFUSED.note }
              : { kind: "untried" },
          })),
        }]);
      }
    }
    outbound.first = async ({ id, key }) => {
      await refuse(["far.example"]);
      assert.equal(await queue.withdraw(id, key), undefined);
      await refuse(["near.example"]);
      return await queue.withdraw(id, key);
    };
    for (let again = 0; again < 2; again++) {
      await assert.rejects(
        send(relay, { origin, to, text }),
        code("not_delivered"),
      );
      assert.equal((await queue.summary()).messages, 0);
    }
    await relay.delivery.reports.tellAll();
    assert.deepEqual(await relay.inbox(ANN), []);
  },
);

outboundTest(
  "a message that was confirmed to who sent it again is not taken back",
  async (relay, outbound) => {
    const { queue } = relay.store;
    const origin = from(relay, ANN);
    const attempt = { origin, to: ["x@far.example"], text: mail() };
    outbound.first = async ({ id, key }) => {
      for (const { message, destination } of await claim(relay)) {
        const outcome = { kind: "failed", note: REFUSED.note } as const;
        const recipients = [{ n: 0, outcome }];
        await queue.settle([
          { holder: "test", message, destination, recipients },
        ]);
      }
      await send(relay, attempt); // the first connection seems to be lost
      return await queue.withdraw(id, key);
    };
    await send(relay, attempt);
    await relay.delivery.reports.tellDue();
    const [report = ""] = await relay.inbox(ANN);
    assert.match(report, /^Final-Recipient: rfc822; x@far\.example\r$/m);
  },
);

outboundTest(
  "recipients who cannot get mail are refused when and how it is set",
  async (relay, outbound) => {
    const origin = from(relay, ANN);
    outbound.rejects = "always";
    const transaction = await relay.delivery.begin(origin);
    await transaction.addRecipient("x@far.example");
    await assert.rejects(
      transaction.addRecipient("x@foe.example"),
      (error) => {
        assert.ok(error instanceof Refusal);
        assert.equal(error.detail.advice, "we do not write to foe.example");
        return true;
      },
    );
    await transaction.discard();
    outbound.rejects = "never";
    const to = [ANN, "x@foe.example"];
    await send(relay, { origin, to, text: mail() });
    await relay.delivery.reports.tellDue();
    const [own = "", report = ""] = await relay.inbox(ANN);
    assert.match(own, /^From: <ann@relay.example>/m);
    assert.match(report, /^Final-Recipient: rfc822; x@foe\.example\r$/m);
    await send(relay, { origin, to: ["x@foe.example"], text: mail() });
    await relay.delivery.reports.tellDue();
    assert.equal((await relay.inbox(ANN)).length, 3);
    assert.deepEqual(await counts(relay), [0]);
  },
);

outboundTest(
  "a message that comes again is queued once, whatever was said of it",
  async (relay) => {
    const origin = from(relay, ANN);
    const text = mail();
    const to = [BOB, "x@far.example", "nobody@relay.example"];
    for (let i = 0; i < 3; i++) await send(relay, { origin, to, text });
    assert.deepEqual(await counts(relay, BOB), [1, 1]);
    // the same to others is another message
    await send(relay, { origin, to: ["y@far.example"], text });
    assert.deepEqual(await counts(relay, BOB), [2, 1]);
  },
);

outboundTest(
  "what servers bring goes to mailboxes here only, each once, by whichever way",
  async (relay, outbound) => {
    const text = mail("zoe@other.example");
    const mx: Origin = { kind: "mx", ...ZOE };
    await assert.rejects(
      send(relay, { origin: mx, to: ["x@far.example"], text }),
      code("relaying_denied"),
    );
    const http: Origin = { kind: "mxdeliv", ...ZOE, reversePath: "" };
    await send(relay, { origin: mx, to: [BOB], text });
    await send(relay, {
      origin: http,
      to: [BOB, CAROL, "x@far.example"],
      text,
    });
    await assert.rejects( // its sender has shown who it is
      send(relay, { origin: http, to: ["x@far.example"], text }),
      code("no_such_user"),
    );
    assert.deepEqual(await counts(relay, BOB, CAROL), [0, 1, 1]);
    assert.deepEqual(outbound.asked, []);
    assert.equal(relay.counters.totals().get("messages_delivered"), 2);
  },
);

outboundTest(
  "an exchanger's mail for elsewhere goes on with its prefix, and unreported",
  async (relay) => {
    const origin: Origin = {
      kind: "exchanger",
      name: "hub",
      trusted: true,
      reversePath: "zoe@other.example",
    };
    const text = mail("zoe@other.example");
    const to = ["x@far.example", "y@foe.example"];
    for (let i = 0; i < 2; i++) await send(relay, { origin, to, text });
    const [unit, ...more] = await claim(relay);
    assert.deepEqual(more, []);
    assert.equal(unit!.origin, "exchanger:hub");
    assert.equal(unit!.account, undefined);
    assert.equal(new TextDecoder().decode(unit!.prefix), "X-Mail-Hops: 1\r\n");
    assert.deepEqual(await relay.store.queue.failures(undefined, 9), []);
    assert.equal((await relay.store.queue.summary()).failed, 0);
  },
);

outboundTest(
  "what an exchanger passes on goes on as it came, and not for ever",
  async (relay) => {
    const origin: Origin = {
      kind: "exchanger",
      name: "hub",
      trusted: true,
      passesOn: true,
      reversePath: "zoe@other.example",
    };
    const signed = "DKIM-Signature: v=1; a=rsa-sha256; bh=x; b=y\r\n" +
      "Received: by somebody\r\nX-Mail-Hops: 3\r\n";
    const text = signed + mail("zoe@other.example");
    for (let i = 0; i < 2; i++) {
      await send(relay, { origin, to: ["x@far.example"], text });
    }
    const [unit, ...more] = await claim(relay);
    assert.deepEqual(more, []);
    const body = await relay.store.queue.body(unit!.message);
    const octets = await Array.fromAsync(body!);
    assert.equal(new TextDecoder().decode(concat(octets)), text);
    assert.equal(new TextDecoder().decode(unit!.prefix), "X-Mail-Hops: 4\r\n");
    const rounds = ["X-Mail-Hops: 10\r\n", "X-Mail-Hops: 1\r\n".repeat(10)];
    for (const round of rounds) {
      const looping = round + mail("zoe@other.example");
      await assert.rejects(
        send(relay, { origin, to: ["x@far.example"], text: looping }),
        code("routing_loop"),
      );
    }
    await assert.rejects(
      send(relay, {
        origin,
        to: ["x@far.example"],
        text: "From: zoe@other.example\r\nMessage-ID: <a@b>\r\n\r\nclear",
      }),
      code("encryption_needed"),
    );
  },
);

outboundTest(
  "recipients are looked up once, when the message is whole",
  async (relay) => {
    const { accounts } = relay.store;
    const findMany = accounts.findMany.bind(accounts);
    const asked: number[] = [];
    accounts.findMany = (addresses) => {
      asked.push(addresses.length);
      return findMany(addresses);
    };
    const transaction = await relay.delivery.begin(from(relay, ANN));
    for (const to of [BOB, CAROL, "bob+tag@relay.example", "x@far.example"]) {
      await transaction.addRecipient(to);
    }
    await transaction.write(octets(mail()));
    assert.deepEqual(asked, []);
    await transaction.finish();
    assert.deepEqual(asked, [4]); // two spellings of the tagged one
    assert.deepEqual(await counts(relay, BOB, CAROL), [1, 1, 1]);
  },
);

outboundTest(
  "octets above 127 in a header or an address are known where it is sent",
  async (relay) => {
    const origin = from(relay, ANN);
    const text = mail().replace("To: ", "To: Jürgen ");
    await send(relay, { origin, to: ["x@far.example"], text });
    await send(relay, { origin, to: ["jürgen@far.example"], text: mail() });
    const [first, second] = await claim(relay);
    assert.equal(second!.utf8, true);
    assert.equal(first!.eightBit, first!.utf8);
  },
);

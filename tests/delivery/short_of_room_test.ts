/** What is refused for the good of others, for a while. */
import assert from "node:assert/strict";
import { Refusal } from "../../src/base/refusal.ts";
import type { Origin } from "../../src/delivery/origin.ts";
import { ANN, BOB, Relay, SETTINGS } from "./relay.ts";
import { message } from "../gate/messages.ts";

const PEER = { address: "192.0.2.1", secure: true };
const STRANGER: Origin = {
  kind: "mx",
  peer: PEER,
  reversePath: "mallory@foe.example",
};

async function withRelay(work: (relay: Relay) => Promise<void>): Promise<void> {
  const relay = await Relay.open();
  try {
    await work(relay);
    assert.deepEqual(relay.bugs, []);
  } finally {
    await relay.close();
  }
}

function own(relay: Relay): Origin {
  return {
    kind: "submission",
    account: ANN,
    accountId: relay.accounts.get(ANN)!,
    peer: PEER,
    reversePath: ANN,
  };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "ok";
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error.code;
  }
}

let count = 0;

async function send(relay: Relay, origin: Origin): Promise<void> {
  const transaction = await relay.delivery.begin(origin);
  await transaction.addRecipient(BOB);
  const text = message({ from: origin.reversePath })
    .replace("<1@relay.example>", `<${++count}@localhost>`);
  await transaction.write(new TextEncoder().encode(text));
  await transaction.finish();
}

Deno.test("mail of strangers is shed before large messages, and neither keeps our users from writing", async () => {
  await withRelay(async (relay) => {
    const { delivery } = relay;
    assert.equal(await codeOf(delivery.begin(STRANGER)), "ok");
    relay.settings = {
      ...SETTINGS,
      shed: { strangers: true, overOctets: Infinity },
    };
    assert.equal(await codeOf(delivery.begin(STRANGER)), "busy");
    assert.equal(await codeOf(delivery.begin(own(relay), 10_000_000)), "ok");
    relay.settings = {
      ...SETTINGS,
      shed: { strangers: true, overOctets: 50_000 },
    };
    assert.equal(await codeOf(delivery.begin(own(relay), 50_001)), "busy");
    await send(relay, own(relay));
    assert.equal((await relay.inbox(BOB)).length, 1);
    const unannounced = await delivery.begin(own(relay));
    await unannounced.addRecipient(BOB);
    await unannounced.write(new Uint8Array(50_000).fill(0x61));
    assert.equal(await codeOf(unannounced.write(new Uint8Array(1))), "busy");
    await unannounced.discard();
    const { store, accounts } = relay;
    const id = accounts.get(ANN)!;
    const inbox = await store.mail.of(id, {
      quota: () => relay.settings.quota,
      seenGraceSeconds: () => undefined,
    } as never).find("INBOX");
    const large = {
      mailbox: inbox!.id,
      sizeOctets: 50_001,
      flags: 0,
      keywords: [],
    };
    assert.equal(
      await codeOf(delivery.append({ id, address: ANN }, large)),
      "busy",
    );
  });
});

Deno.test("who floods a mailbox is slowed, then refused; others write on", async () => {
  await withRelay(async (relay) => {
    relay.settings = {
      ...SETTINGS,
      sendPerMinute: 0,
      quota: { ...SETTINGS.quota, defaultOctets: 20, whenFull: "reject" },
    };
    for (let i = 0; i < 30; i++) {
      assert.equal(await codeOf(send(relay, own(relay))), "quota_exceeded");
    }
    assert.deepEqual(relay.sleptMs, []);
    // each costs six seconds now, of which twenty are waited for
    const codes: string[] = [];
    for (let i = 0; i < 10; i++) {
      codes.push(await codeOf(send(relay, own(relay))));
    }
    assert.ok(
      codes.includes("quota_exceeded") && codes.includes("too_much_mail"),
    );
    assert.equal(codes.at(-1), "too_much_mail");
    assert.ok(relay.sleptMs.length >= 2, String(relay.sleptMs));
    for (const ms of relay.sleptMs) assert.ok(ms <= 20_000);
    assert.equal(await codeOf(relay.delivery.begin(STRANGER)), "ok");
    relay.settings = { ...relay.settings, floodPerMinute: 0 };
    assert.equal(await codeOf(send(relay, own(relay))), "quota_exceeded");
  });
});

Deno.test("what an account sends in a day is counted where the operator wants to know", async () => {
  await withRelay(async (relay) => {
    const ann = relay.accounts.get(ANN)!;
    const sent = () => relay.delivery.sends.of(ann)?.messages;
    assert.equal(sent(), 0);
    await send(relay, own(relay));
    await send(relay, own(relay));
    await codeOf(send(relay, STRANGER));
    assert.equal(sent(), 2);
    assert.equal(
      relay.delivery.sends.of(relay.accounts.get(BOB)!)?.messages,
      0,
    );
    relay.settings = { ...relay.settings, countsSends: false };
    await send(relay, own(relay));
    assert.equal(sent(), undefined);
    relay.settings = { ...relay.settings, countsSends: true };
    assert.equal(sent(), 0);
  });
});

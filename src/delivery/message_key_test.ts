import assert from "node:assert/strict";
import type { AccountId } from "../base/ids.ts";
import { type Address, parseAddress } from "../mail/address.ts";
import { MessageDigest } from "./message_digest.ts";
import { messageKey } from "./message_key.ts";
import type { Origin } from "./origin.ts";

const PEER = { address: "192.0.2.1", secure: true };
const ANN = parseAddress("ann@relay.example");
const BOB = parseAddress("bob@relay.example");

function own(account: Address): Origin {
  const accountId = 1 as AccountId;
  return {
    kind: "submission",
    account,
    accountId,
    peer: PEER,
    reversePath: account,
  };
}

function server(reversePath: string, kind: "mx" | "mxdeliv" = "mx"): Origin {
  return { kind, peer: PEER, reversePath };
}

function bodyOf(...octets: number[]) {
  return (text: string) => {
    const digest = new MessageDigest(false, undefined);
    digest.body(Uint8Array.from(octets));
    return digest.finish().hashed(text);
  };
}

const FACTS = {
  recipients: [BOB],
  messageId: "<1@a>",
  authors: () => ["zoe@far.example"],
  body: bodyOf(1),
};

function keyOf(origin: Origin, change: Partial<typeof FACTS> = {}) {
  return messageKey(origin, { ...FACTS, ...change })!.octets.toHex();
}

Deno.test("messageKey() of our users differs with each fact", () => {
  const keys = [
    keyOf(own(ANN)),
    keyOf(own(BOB)),
    keyOf(own(ANN), { recipients: [BOB, ANN] }),
    keyOf(own(ANN), { body: bodyOf(2) }),
    keyOf(own(ANN), { messageId: "<2@a>" }),
    keyOf(server("")),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(keyOf(own(ANN)), keys[0]);
  const key = messageKey(own(ANN), FACTS)!;
  assert.deepEqual([key.of, key.seconds], ["message", 600]);
});

Deno.test("messageKey() of servers is the same by whichever way, for whomever", () => {
  const keys = [
    keyOf(server("zoe@far.example")),
    keyOf(server("", "mxdeliv")),
    keyOf(server(""), { recipients: [ANN] }),
  ];
  assert.equal(new Set(keys).size, 1);
  const others = [
    keyOf(server(""), { authors: () => ["eve@far.example"] }),
    keyOf(server(""), { body: bodyOf(2) }),
    keyOf(server(""), { messageId: "<2@a>" }),
  ];
  assert.equal(new Set([...keys, ...others]).size, 4);
  const key = messageKey(server(""), FACTS)!;
  assert.deepEqual([key.of, key.seconds], ["recipient", 259_200]);
});

Deno.test("messageKey() needs a Message-ID", () => {
  const facts = { ...FACTS, messageId: undefined };
  for (const origin of [own(ANN), server("")]) {
    assert.equal(messageKey(origin, facts), undefined);
  }
});

/** For whom mail is passed on, and to whom. @module */
import assert from "node:assert/strict";
import { RelayedMessage } from "../../src/app/exchange/relayed_message.ts";
import type { ServerMessage } from "../../src/api/mxdeliv/backend.ts";
import {
  RelayGate,
  type RelayRules,
} from "../../src/federation/exchange/relay_gate.ts";
import { parseAddress } from "../../src/mail/address.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import { withExchange } from "./exchange_world.ts";

const OFF: RelayRules = { mode: "off", recipients: [], senders: [], from: [] };

function withGate(
  work: (
    gate: (rules: Partial<RelayRules>) => RelayGate,
    token: string,
  ) => void,
): () => Promise<void> {
  return () =>
    withExchange(async ({ exchange }) => {
      const { token = "" } = await exchange.exchangers.put("agent", {
        roles: ["serve"],
        domains: ["served.example"],
        trustAuth: true,
      });
      work(
        (rules) => new RelayGate(exchange, () => ({ ...OFF, ...rules })),
        token,
      );
    });
}

Deno.test(
  "mail is passed on for who has a token or is in a network that is named",
  withGate((gate, token) => {
    const all = gate({ mode: "all", from: ["192.0.2.0/24"] });
    assert.deepEqual(all.caller(token, "198.51.100.1"), {
      name: "agent",
      trusted: true,
    });
    assert.deepEqual(all.caller("", "192.0.2.9"), {
      name: "network",
      trusted: false,
    });
    assert.equal(all.caller("", "198.51.100.1"), undefined);
    assert.equal(all.caller("wrong", "198.51.100.1"), undefined);
    assert.equal(gate({}).caller(token, "192.0.2.9"), undefined);
  }),
);

Deno.test(
  "mail is passed on to those whom exchangers or the file name, or to all",
  withGate((gate) => {
    const admitted = (rules: Partial<RelayRules>, from: string) =>
      [
        "a@served.example",
        "a@named.example",
        "a@x.wide.example",
        "a@far.example",
      ]
        .filter((to) => gate(rules).admits(from, parseAddress(to)));
    const recipients = ["named.example", "*.wide.example"];
    assert.deepEqual(admitted({ mode: "selected" }, "z@y.example"), [
      "a@served.example",
    ]);
    assert.deepEqual(
      admitted({ mode: "selected", recipients }, "z@y.example"),
      ["a@served.example", "a@named.example", "a@x.wide.example"],
    );
    assert.equal(admitted({ mode: "all" }, "z@y.example").length, 4);
    const senders = ["*.y.example"];
    assert.equal(admitted({ mode: "all", senders }, "z@y.example").length, 0);
    assert.equal(admitted({ mode: "all", senders }, "z@x.y.example").length, 4);
    assert.equal(admitted({ mode: "all", senders }, "").length, 4);
  }),
);

/** Remembers what it is told. */
class HeardMessage implements ServerMessage {
  readonly heard: string[] = [];
  addRecipient(address: string) {
    this.heard.push(`to ${address}`);
    return Promise.resolve();
  }
  write(octets: Uint8Array) {
    this.heard.push(JSON.stringify(new TextDecoder().decode(octets)));
    return Promise.resolve();
  }
  finish() {
    this.heard.push("finish");
    return Promise.resolve();
  }
  discard() {
    return Promise.resolve();
  }
}

Deno.test("a message for us and for others goes both ways, each as it has to", async () => {
  const ours = new HeardMessage();
  const theirs = new HeardMessage();
  const message = new RelayedMessage({
    domains: new LocalDomains({ domains: ["here.example"] }),
    ours,
    theirs,
    admits: (address) => address.endsWith("@far.example"),
  });
  await message.addRecipient("ann@Here.example");
  await message.addRecipient("bob@far.example");
  await assert.rejects(message.addRecipient("eve@other.example"), {
    code: "relaying_denied",
  });
  await message.write(new TextEncoder().encode("a\r\nb"));
  await message.finish();
  assert.deepEqual(ours.heard, [
    "to ann@Here.example",
    '"a\\r\\nb"',
    "finish",
  ]);
  assert.deepEqual(theirs.heard, [
    "to bob@far.example",
    '"a\\r\\nb"',
    "finish",
  ]);
});

Deno.test("a message for others alone does not go to us", async () => {
  const ours = new HeardMessage();
  const theirs = new HeardMessage();
  const message = new RelayedMessage({
    domains: new LocalDomains({ domains: ["here.example"] }),
    ours,
    theirs,
    admits: () => true,
  });
  await message.addRecipient("bob@far.example");
  await message.write(new TextEncoder().encode("a"));
  await message.finish();
  assert.deepEqual(ours.heard, []);
  assert.deepEqual(theirs.heard, ["to bob@far.example", '"a"', "finish"]);
});

import assert from "node:assert/strict";
import {
  clientHello,
  inRecords,
} from "../../../tests/certificates/client_hello.ts";
import { concat } from "../../base/octets.ts";
import {
  type ClientHello,
  ClientHelloReceiver,
  parseClientHello,
} from "./client_hello.ts";

/** What is understood of octets that come in pieces of this size. */
function received(octets: Uint8Array, size: number): ClientHello | undefined {
  const receiver = new ClientHelloReceiver();
  for (let at = 0; at < octets.length; at += size) {
    const got = receiver.push(octets.subarray(at, at + size));
    if (got) return got.hello;
  }
  return undefined;
}

Deno.test("ClientHelloReceiver reads one in whatever pieces and records it comes", () => {
  const message = clientHello({
    serverName: "Chat.Example",
    protocols: ["acme-tls/1", "h2"],
    versions: [0x0a0a, 0x0304, 0x0303],
  });
  for (const record of [1, 3, 100, 16_384]) {
    for (const piece of [1, 5, 64, 65_536]) {
      const hello = received(inRecords(message, record), piece);
      assert.equal(hello?.serverName, "chat.example");
      assert.deepEqual(hello.protocols, ["acme-tls/1", "h2"]);
      assert.deepEqual(hello.versions, [0x0a0a, 0x0304, 0x0303]);
      assert.deepEqual(hello.groups, [0x001d]);
      assert.deepEqual(hello.signatures, [0x0403]);
      assert.equal(hello.keyShares[0]?.key.length, 32);
      assert.deepEqual(hello.message, message);
    }
  }
});

Deno.test("ClientHelloReceiver gives what is behind the message", () => {
  const receiver = new ClientHelloReceiver();
  const more = Uint8Array.of(20, 3, 3, 0, 1, 1);
  const got = receiver.push(concat([inRecords(clientHello()), more]));
  assert.deepEqual(got?.rest, more);
});

Deno.test("a ClientHello without names and protocols is one", () => {
  const hello = parseClientHello(
    clientHello({ serverName: "", protocols: [] }),
  );
  assert.equal(hello.serverName, undefined);
  assert.deepEqual(hello.protocols, []);
});

const message = clientHello();
const record = inRecords(message);
const changed = (at: number, to: number) => {
  const octets = record.slice();
  octets[at] = to;
  return octets;
};

for (
  const [what, octets] of [
    ["HTTP", new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")],
    ["SSLv2", Uint8Array.of(0x80, 0x2e, 1, 0, 2)],
    ["another kind of record", changed(0, 23)],
    ["another version", changed(1, 2)],
    ["another message", changed(5, 2)],
    ["an empty record", Uint8Array.of(22, 3, 1, 0, 0)],
    ["a record that is too long", Uint8Array.of(22, 3, 1, 0x40, 1)],
    ["a message that is too long", Uint8Array.of(22, 3, 1, 0, 4, 1, 0, 64, 0)],
    ["octets behind it in the record", inRecords(concat([message, message]))],
    ["a length inside that is wrong", changed(5 + 4 + 2 + 32, 33)],
    [
      "more than may come before it is whole",
      inRecords(
        clientHello({ padding: 8000 }),
        1,
      ),
    ],
  ] as const
) {
  Deno.test(`ClientHelloReceiver takes ${what} for no ClientHello`, () => {
    for (const piece of [1, 7, 65_536]) {
      assert.throws(() => received(octets, piece), SyntaxError);
    }
  });
}

Deno.test("ClientHelloReceiver throws nothing but a SyntaxError at octets that were changed", () => {
  let seed = 20_261_126;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 5000; round++) {
    const octets = record.slice();
    for (let change = 0; change <= random(4); change++) {
      octets[random(octets.length)] = random(256);
    }
    try {
      received(octets.subarray(0, 1 + random(octets.length)), 1 + random(99));
    } catch (error) {
      assert.ok(error instanceof SyntaxError, `round ${round}: ${error}`);
    }
  }
});

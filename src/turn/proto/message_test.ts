import { deepEqual, equal } from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { decodeXorAddress, encodeXorAddress, hostnameOf } from "./address.ts";
import { ATTRIBUTES } from "./attributes.ts";
import {
  attributeOf,
  decodeMessage,
  encodeMessage,
  integrityInput,
  METHODS,
  type StunMessage,
} from "./message.ts";

function hex(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replaceAll(/\s/g, "");
  return Uint8Array.from(
    { length: digits.length / 2 },
    (_, at) => parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}

const SHORT_TERM = new TextEncoder().encode("VOkJxbRl1RmTxUk/WvJxBt");
const LONG_TERM = createHash("md5")
  .update("\u30DE\u30C8\u30EA\u30C3\u30AF\u30B9:example.org:TheMatrIX")
  .digest();

/** RFC 5769 §2 */
const VECTORS = {
  request: {
    key: SHORT_TERM,
    fingerprint: true,
    octets: hex(`
      00010058 2112a442 b7e7a701bc34d686fa87dfae
      80220010 5354554e207465737420636c69656e74
      00240004 6e0001ff
      80290008 932ff9b151263b36
      00060009 6576746a3a68367659202020
      00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
      80280004 e57a3bcf`),
  },
  "response with IPv4": {
    key: SHORT_TERM,
    fingerprint: true,
    octets: hex(`
      0101003c 2112a442 b7e7a701bc34d686fa87dfae
      8022000b 7465737420766563746f7220
      00200008 0001a147e112a643
      00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
      80280004 c07d4c96`),
  },
  "response with IPv6": {
    key: SHORT_TERM,
    fingerprint: true,
    octets: hex(`
      01010048 2112a442 b7e7a701bc34d686fa87dfae
      8022000b 7465737420766563746f7220
      00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
      00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
      80280004 c8fb0b4c`),
  },
  "long-term request": {
    key: LONG_TERM,
    fingerprint: false,
    octets: hex(`
      00010060 2112a442 78ad3433c6ad72c029da412e
      00060012 e3839ee38388e383aae38383e382afe382b90000
      0015001c 662f2f3439396b39353464364f4c33346f4c394653547679363473 41
      0014000b 6578616d706c652e6f726700
      00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666`),
  },
};

function decoded(octets: Uint8Array): StunMessage {
  const message = decodeMessage(octets);
  if (!message) throw new Error("Not a message");
  return message;
}

for (const [name, { key, fingerprint, octets }] of Object.entries(VECTORS)) {
  Deno.test(`decodeMessage() reads the ${name} of RFC 5769`, () => {
    const message = decoded(octets);
    equal(message.method, METHODS.binding);
    equal(message.hasFingerprint, fingerprint);
    const input = integrityInput(octets, message.integrity!);
    deepEqual(
      new Uint8Array(createHmac("sha1", key).update(input).digest()),
      new Uint8Array(message.integrity!.value),
    );
  });

  Deno.test(`decodeMessage() sees an octet changed in the ${name}`, () => {
    for (let at = 0; at < octets.length; at++) {
      const changed = octets.slice();
      changed[at]! ^= 0x01;
      const message = decodeMessage(changed);
      if (fingerprint) {
        equal(message?.hasFingerprint ?? false, false, `octet ${at}`);
      } else if (message?.integrity) {
        const input = integrityInput(changed, message.integrity);
        const right = createHmac("sha1", key).update(input).digest();
        equal(right.equals(message.integrity.value), false, `octet ${at}`);
      }
    }
  });
}

const MAPPED = {
  "response with IPv4": "192.0.2.1",
  "response with IPv6": "2001:db8:1234:5678:11:2233:4455:6677",
} as const;

for (const [name, hostname] of Object.entries(MAPPED)) {
  Deno.test(`decodeXorAddress() reads the ${name}, encodeXorAddress() writes it`, () => {
    const message = decoded(VECTORS[name as keyof typeof MAPPED].octets);
    const value = attributeOf(message, ATTRIBUTES.xorMappedAddress)!;
    const address = decodeXorAddress(value, message.transactionId);
    deepEqual(address, { hostname, port: 32853 });
    deepEqual(encodeXorAddress(address!, message.transactionId), value.slice());
  });
}

const TEXTS: readonly (readonly [string, string])[] = [
  ["00000000000000000000000000000000", "::"],
  ["00000000000000000000000000000001", "::1"],
  ["20010db8000000000000000000000001", "2001:db8::1"],
  ["20010db8000000010000000000000001", "2001:db8:0:1::1"],
  ["20010db8000100000001000100010001", "2001:db8:1:0:1:1:1:1"],
  ["fe800000000000000000000000000000", "fe80::"],
  ["00000000000000000000ffffc0000201", "192.0.2.1"],
  ["c0000201", "192.0.2.1"],
];

for (const [octets, text] of TEXTS) {
  Deno.test(`hostnameOf() writes ${text} as RFC 5952 does`, () => {
    equal(hostnameOf(hex(octets)), text);
  });
}

Deno.test("encodeMessage() gives what decodeMessage() takes apart", () => {
  for (const method of Object.values(METHODS)) {
    for (const kind of ["request", "indication", "success", "error"] as const) {
      const transactionId = hex("0102030405060708090a0b0c");
      const octets = encodeMessage({
        method,
        class: kind,
        transactionId,
        attributes: [{ type: ATTRIBUTES.data, value: hex("0a0b0c") }],
      }, {
        sign: (input) => createHmac("sha1", SHORT_TERM).update(input).digest(),
        fingerprint: true,
      });
      const message = decoded(octets);
      equal(message.method, method);
      equal(message.class, kind);
      equal(message.hasFingerprint, true);
      deepEqual(message.transactionId.slice(), transactionId);
      deepEqual(message.attributes.map(({ value }) => value.slice()), [
        hex("0a0b0c"),
      ]);
    }
  }
});

Deno.test("decodeMessage() leaves out what follows MESSAGE-INTEGRITY", () => {
  const { octets } = VECTORS["long-term request"];
  const longer = new Uint8Array(octets.length + 8);
  longer.set(octets);
  longer.set(hex("000d0004 00000000"), octets.length);
  longer[3]! += 8;
  const message = decoded(longer);
  equal(attributeOf(message, ATTRIBUTES.lifetime), undefined);
  const input = integrityInput(longer, message.integrity!);
  const right = createHmac("sha1", LONG_TERM).update(input).digest();
  equal(right.equals(message.integrity!.value), true);
});

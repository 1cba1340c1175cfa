/** The gate against an OpenPGP implementation that is not ours. @module */
import assert from "node:assert/strict";
import * as openpgp from "openpgp";
import { parseAddress } from "../../src/mail/address.ts";
import { EncryptionGate } from "../../src/pgp/gate.ts";
import { dataPart, message, noise, octets, VERSION_PART } from "./messages.ts";

const account = parseAddress("ann@relay.example");

/** What the gate says of that armor in both directions. */
function verdicts(armor: string): string[] {
  const mail = octets(message({ parts: [VERSION_PART, dataPart(armor)] }));
  return (["out", "in"] as const).map((profile) => {
    const gate = new EncryptionGate(
      profile === "out" ? { profile, account, recipients: [account] } : {
        profile,
        reversePath: "a@b.example",
        recipientCount: 1,
        awaitsReport: false,
      },
      {
        acceptOldPacketFormat: false,
        allowAutocryptSetup: false,
        fold: (address) => address,
        isLocal: (domain) => domain === "local.example",
      },
    );
    for (let at = 0; at < mail.length; at += 1000) {
      gate.write(mail.subarray(at, at + 1000));
    }
    const verdict = gate.finish();
    return verdict.passes ? verdict.as : verdict.code;
  });
}

const ACCEPTED = ["encrypted", "encrypted"];
const REFUSED = ["encryption_needed", "encryption_needed"];

async function makeKey(v6Keys: boolean): Promise<openpgp.PrivateKey> {
  const { privateKey } = await openpgp.generateKey({
    userIDs: [{ email: "ann@relay.example" }],
    format: "object",
    config: { v6Keys },
  });
  return privateKey;
}
const keys = Promise.all([makeKey(false), makeKey(false), makeKey(true)]);

for (
  const [name, which, config] of [
    ["one recipient", [0], {}],
    ["three recipients, one of them with a v6 key", [0, 1, 2], {}],
    ["SEIPD v2 with AEAD", [2], { aeadProtect: true }],
    ["AES-GCM", [2, 2], {
      aeadProtect: true,
      preferredAEADAlgorithm: openpgp.enums.aead.gcm,
    }],
  ] as const
) {
  for (const wildcard of [false, true]) {
    for (const sizeOctets of [0, 1, 5000, 300_000]) {
      Deno.test(`gate accepts OpenPGP.js: ${name}, ${sizeOctets} octets, ${wildcard ? "anonymous" : "named"}`, async () => {
        const all = await keys;
        const armor = await openpgp.encrypt({
          message: await openpgp.createMessage({ binary: noise(sizeOctets) }),
          encryptionKeys: which.map((index) => all[index]!.toPublic()),
          signingKeys: all[0],
          wildcard,
          config,
        });
        assert.deepEqual(verdicts(armor), ACCEPTED);
      });
    }
  }
}

for (const aeadProtect of [false, true]) {
  Deno.test(`gate accepts OpenPGP.js: passwords, AEAD ${aeadProtect}`, async () => {
    const armor = await openpgp.encrypt({
      message: await openpgp.createMessage({ text: "Hello" }),
      passwords: ["one", "two"],
      config: { aeadProtect },
    });
    assert.deepEqual(verdicts(armor), ACCEPTED);
  });
}

Deno.test("gate accepts OpenPGP.js: a stream with partial lengths", async () => {
  const [key] = await keys;
  const source = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let i = 0; i < 40; i++) controller.enqueue(noise(10_000, i));
      controller.close();
    },
  });
  const armored = await openpgp.encrypt({
    message: await openpgp.createMessage({ binary: source }),
    encryptionKeys: key!.toPublic(),
  });
  let armor = "";
  for await (const piece of armored as unknown as AsyncIterable<string>) {
    armor += piece;
  }
  assert.ok(armor.length > 500_000);
  assert.deepEqual(verdicts(armor), ACCEPTED);
});

Deno.test("gate refuses OpenPGP.js: signed only", async () => {
  const [key] = await keys;
  const signed = await openpgp.sign({
    message: await openpgp.createMessage({ text: "Hello" }),
    signingKeys: key!,
  });
  const cleartext = await openpgp.sign({
    message: await openpgp.createCleartextMessage({ text: "Hello" }),
    signingKeys: key!,
  });
  for (const armor of [signed, cleartext, key!.toPublic().armor()]) {
    assert.deepEqual(verdicts(armor), REFUSED);
  }
});

Deno.test("gate refuses OpenPGP.js: a message cut short or with a comment", async () => {
  const [key] = await keys;
  const options = {
    message: await openpgp.createMessage({ text: "Hello" }),
    encryptionKeys: key!.toPublic(),
    format: "binary",
  } as const;
  const binary = await openpgp.encrypt(options);
  const armored = (data: Uint8Array) =>
    openpgp.armor(openpgp.enums.armor.message, data);
  assert.deepEqual(verdicts(armored(binary)), ACCEPTED);
  assert.deepEqual(verdicts(armored(binary.subarray(0, -1))), REFUSED);
  const commented = await openpgp.encrypt({
    ...options,
    format: "armored",
    message: await openpgp.createMessage({ text: "Hello" }),
    config: { showComment: true, commentString: "hi" },
  });
  assert.deepEqual(verdicts(commented), ["encryption_needed", "encrypted"]);
});

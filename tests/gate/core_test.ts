/**
 * The gate on messages as Delta Chat core 2.57 submitted them to a relay: the
 * octets between DATA and the final dot.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseAddress } from "../../src/mail/address.ts";
import { MimeParser } from "../../src/mail/mime_parser.ts";
import { EncryptionGate } from "../../src/pgp/gate.ts";
import type { GateFacts } from "../../src/pgp/verdict.ts";
import { octets } from "./messages.ts";

const FOLDER = new URL("core/", import.meta.url);

function verdict(mail: Uint8Array, facts: GateFacts, chunk: number): string {
  const gate = new EncryptionGate(facts, {
    acceptOldPacketFormat: false,
    allowAutocryptSetup: false,
    fold: (address) => address,
    isLocal: (domain) => domain === "relay.example",
  });
  for (let at = 0; at < mail.length; at += chunk) {
    gate.write(mail.subarray(at, at + chunk));
  }
  const found = gate.finish();
  return found.passes ? found.as : found.code;
}

for (const { name } of Deno.readDirSync(FOLDER)) {
  const mail = Deno.readFileSync(new URL(name, FOLDER));
  const text = new TextDecoder("latin1").decode(mail);
  const account = parseAddress(/^From: (.*)\r$/m.exec(text)![1]!);
  const other = parseAddress("other@chat.example");
  const directions: readonly GateFacts[] = [
    { profile: "out", account, recipients: [other] },
    { profile: "append", account },
    {
      profile: "in",
      reversePath: account,
      recipientCount: 1,
      awaitsReport: false,
    },
  ];
  Deno.test(`gate accepts what core sends: ${name}`, () => {
    for (const facts of directions) {
      for (const chunk of [1, 7, 4096, Infinity]) {
        assert.equal(verdict(mail, facts, chunk), "encrypted");
      }
    }
  });

  Deno.test(`gate refuses ${name} with a line less or a text more`, () => {
    const shorter = text.replace(/^[A-Za-z0-9+/]{64}\r\n/m, "");
    const longer = text.replace("-----END", "Hello\r\n-----END");
    for (const changed of [shorter, longer]) {
      assert.notEqual(changed, text);
      for (const facts of directions) {
        const found = verdict(octets(changed), facts, Infinity);
        assert.equal(found, "encryption_needed");
      }
    }
  });

  Deno.test(`MIME parser finds both parts of ${name}`, () => {
    const parser = new MimeParser();
    parser.write(mail);
    const { envelope, root } = parser.finish();
    assert.equal(envelope.subject, "[...]");
    assert.deepEqual(envelope.to, [
      { kind: "group_start", name: "hidden-recipients" },
      { kind: "group_end" },
    ]);
    assert.deepEqual(
      root.children.map(({ type, subtype }) => `${type}/${subtype}`),
      ["application/pgp-encrypted", "application/octet-stream"],
    );
    const [version] = root.children;
    assert.equal(
      text.slice(version!.bodyStart, version!.bodyEnd).trim(),
      "Version: 1",
    );
  });
}

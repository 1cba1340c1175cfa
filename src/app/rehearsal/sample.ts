/** A message as a chat client sends it, with encrypted data of nothing, and what it is checked with. @module */
import { concat } from "../../base/octets.ts";
import { type Dns, DnsFailure } from "../../dns/answers.ts";
import {
  type DkimKeyRow,
  recordName,
  recordText,
} from "../../federation/dkim/key_rows.ts";
import type { Address } from "../../mail/address.ts";
import { EncryptionGate } from "../../pgp/gate.ts";
import type { GateFacts } from "../../pgp/verdict.ts";

const encoder = new TextEncoder();
const DATA_OCTETS = 3000;
const LINE = /.{1,64}/g;

/** @param n By which no two are the same */
export function sample(author: Address, n: number): Uint8Array {
  const text = [
    `From: <${author}>`,
    'To: "hidden-recipients": ;',
    "Date: Thu, 01 Jan 1970 00:00:00 +0000",
    `Message-ID: <${n}.rehearsal@localhost>`,
    "Subject: [...]",
    "Chat-Version: 1.0",
    "MIME-Version: 1.0",
    'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";',
    ' boundary="rehearsal"',
    "",
    "--rehearsal",
    "Content-Type: application/pgp-encrypted",
    "",
    "Version: 1",
    "",
    "--rehearsal",
    'Content-Type: application/octet-stream; name="encrypted.asc"',
    "",
    "-----BEGIN PGP MESSAGE-----",
    "",
    ...packets().toBase64().match(LINE)!,
    "-----END PGP MESSAGE-----",
    "",
    "--rehearsal--",
    "",
  ];
  return encoder.encode(text.join("\r\n"));
}

/** A session key and encrypted data (RFC 9580 §5.1, §5.13), both all zeros. */
function packets(): Uint8Array {
  const sessionKey = new Uint8Array(2 + 94);
  sessionKey.set([0xc1, 94, 3]); // RFC 9580 §4.2.1: tag 1, its length; version 3
  const data = new Uint8Array(6 + DATA_OCTETS);
  data.set([0xd2, 255]); // tag 18, a length of four octets
  new DataView(data.buffer).setUint32(2, DATA_OCTETS);
  data[6] = 1; // version
  return concat([sessionKey, data]);
}

export function gateFor(facts: GateFacts): EncryptionGate {
  return new EncryptionGate(facts, {
    acceptOldPacketFormat: false,
    allowAutocryptSetup: false,
    fold: (address) => address,
    isLocal: () => false,
  });
}

/** Our own keys, as if the DNS had them. */
export function recordsOf(keys: readonly DkimKeyRow[]): Dns {
  const none = (name: string) =>
    Promise.reject(new DnsFailure("no_such_name", name));
  return {
    mailExchangers: none,
    ipv4: none,
    ipv6: none,
    names: none,
    texts(name) {
      const key = keys.find((row) => recordName(row) === name);
      if (!key) return none(name);
      const values = [recordText(key)];
      return Promise.resolve({ values, ttlSeconds: 60 });
    },
  };
}

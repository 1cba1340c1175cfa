import assert from "node:assert/strict";
import { parseHeader } from "../mail/header.ts";
import { cleanReceived, cleanSubmitted } from "./header_hygiene.ts";

const PARTS = {
  clock: { now: () => 1_000_000_000_000, monotonic: () => 0 },
  random: (count: number) => new Uint8Array(count),
  domain: "relay.example",
};
const ALL = { rewriteSubject: true, stripHeaders: true };

function submitted(fields: string, settings = ALL): string {
  const header = parseHeader(new TextEncoder().encode(`${fields}\r\n`));
  const { octets } = cleanSubmitted(header, settings, PARTS);
  return new TextDecoder().decode(octets);
}

const GIVEN = "Message-ID: <1@a>\r\nDate: Sun, 9 Sep 2001 01:46:40 +0000\r\n";

Deno.test("cleanSubmitted() takes out what tells about the sender", () => {
  const fields = "Received: from phone (192.0.2.1)\r\n\tby x\r\n" +
    "X-MAILER: y\r\nuser-agent: z\r\nFrom: <ann@relay.example>\r\n" +
    "Bcc: <bob@relay.example>\r\nReturn-Path: <a@b>\r\n" +
    "X-Originating-IP: 192.0.2.1\r\nsubject: secret\r\n plan\r\n";
  assert.equal(
    submitted(fields + GIVEN),
    `From: <ann@relay.example>\r\nSubject: [...]\r\n${GIVEN}\r\n`,
  );
});

Deno.test("cleanSubmitted() adds what is missing", () => {
  assert.equal(
    submitted("From: <ann@relay.example>\r\n"),
    "From: <ann@relay.example>\r\nSubject: [...]\r\n" +
      `Message-ID: <${"0".repeat(32)}@relay.example>\r\n` +
      "Date: Sun, 9 Sep 2001 01:46:40 +0000\r\n\r\n",
  );
});

Deno.test("cleanSubmitted() leaves the Subject of an Autocrypt Setup Message", () => {
  const fields = "Subject: Autocrypt Setup Message\r\n" +
    "Autocrypt-Setup-Message: v1\r\nContent-Type: multipart/mixed; x=y\r\n";
  assert.equal(submitted(fields + GIVEN), `${fields}${GIVEN}\r\n`);
});

Deno.test("cleanSubmitted() does what an admin has chosen, and drops Bcc always", () => {
  const settings = { rewriteSubject: false, stripHeaders: false };
  const fields = "Subject: x\r\nUser-Agent: y\r\n";
  assert.equal(
    submitted(`Bcc: <b@c>\r\n${fields}${GIVEN}`, settings),
    `${fields}${GIVEN}\r\n`,
  );
});

Deno.test("cleanReceived() takes out what other servers have added", () => {
  const fields =
    "Return-Path: <a@b>\r\nReceived: x\r\nDKIM-Signature: v=1;\r\n" +
    " b=abc\r\nAuthentication-Results: y\r\nSubject: [...]\r\n\r\n";
  const header = parseHeader(new TextEncoder().encode(fields));
  const { octets, hadMessageId } = cleanReceived(header);
  assert.equal(new TextDecoder().decode(octets), "Subject: [...]\r\n\r\n");
  assert.equal(hadMessageId, false);
});

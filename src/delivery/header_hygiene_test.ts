import assert from "node:assert/strict";
import { parseHeader } from "../mail/header.ts";
import type { MessageForm } from "../pgp/verdict.ts";
import {
  cleanAppended,
  cleanReceived,
  cleanSubmitted,
} from "./header_hygiene.ts";

const PARTS = {
  clock: { now: () => 1_000_000_000_000, monotonic: () => 0 },
  random: (count: number) => new Uint8Array(count),
  domain: "relay.example",
};
const ALL = { rewriteSubject: true, stripHeaders: true, reportHint: true };
const NONE = { rewriteSubject: false, stripHeaders: false, reportHint: false };
const FORM: MessageForm = {
  as: "encrypted",
  contentType: 'multipart/encrypted;\r\n boundary="b"',
  encoding: "7bit",
};
const STRUCTURE = "MIME-Version: 1.0\r\n" +
  'Content-Type: multipart/encrypted;\r\n boundary="b"\r\n' +
  "Content-Transfer-Encoding: 7bit\r\n";
const GIVEN = "Message-ID: <1@a>\r\nDate: Sun, 9 Sep 2001 01:46:40 +0000\r\n";
const FROM = "From: Ann <ann@relay.example>\r\n";

function headerOf(fields: string) {
  return parseHeader(
    Uint8Array.from(`${fields}\r\n`, (char) => char.charCodeAt(0)),
  );
}

function text(octets: Uint8Array): string {
  return new TextDecoder("latin1").decode(octets);
}

function submitted(fields: string, settings = ALL, form = FORM): string {
  return text(
    cleanSubmitted(headerOf(fields), form, settings, PARTS).octets,
  );
}

Deno.test("cleanSubmitted() takes out what tells about the sender", () => {
  const fields = "Received: from phone (192.0.2.1)\r\n\tby x\r\n" +
    `X-MAILER: y\r\nuser-agent: z\r\n${FROM}` +
    "Bcc: <bob@relay.example>\r\nReturn-Path: <a@b>\r\n" +
    "X-Originating-IP: 192.0.2.1\r\nsubject: secret\r\n plan\r\n";
  assert.equal(
    submitted(fields + STRUCTURE + GIVEN),
    `${FROM}Subject: [...]\r\n${STRUCTURE}${GIVEN}\r\n`,
  );
});

Deno.test("cleanSubmitted() adds what is missing", () => {
  assert.equal(
    submitted(FROM),
    `${FROM}${STRUCTURE}Subject: [...]\r\n` +
      `Message-ID: <${"0".repeat(32)}@relay.example>\r\n` +
      "Date: Sun, 9 Sep 2001 01:46:40 +0000\r\n\r\n",
  );
});

Deno.test("cleanSubmitted() writes anew what describes the body", () => {
  const fields = "mime-version: 1.0 (x)\r\n" +
    "Content-Type: MULTIPART/encrypted; boundary=evil\r\n" +
    "content-transfer-encoding: 8bit\r\n";
  assert.equal(
    submitted(`${FROM}${fields}Subject: [...]\r\n${GIVEN}`),
    `${FROM}${STRUCTURE}Subject: [...]\r\n${GIVEN}\r\n`,
  );
});

Deno.test("cleanSubmitted() leaves the Subject of an Autocrypt Setup Message", () => {
  const fields = "Subject: Autocrypt Setup Message\r\n" +
    "Autocrypt-Setup-Message: v1\r\n";
  assert.equal(
    submitted(fields + STRUCTURE + GIVEN, ALL, {
      ...FORM,
      as: "autocrypt_setup",
    }),
    `${fields}${STRUCTURE}${GIVEN}\r\n`,
  );
});

Deno.test("cleanSubmitted() does what an admin has chosen, and drops Bcc always", () => {
  const fields = "Subject: x\r\nUser-Agent: y\r\n";
  assert.equal(
    submitted(`Bcc: <b@c>\r\n${fields}${STRUCTURE}${GIVEN}`, NONE),
    `${fields}${STRUCTURE}${GIVEN}\r\n`,
  );
  const long = `Subject: x\r\n ${"y".repeat(990)}\r\n`;
  assert.equal(
    submitted(long + STRUCTURE + GIVEN, NONE),
    `${STRUCTURE}${GIVEN}\r\n`,
  );
});

Deno.test("cleanReceived() takes out what other servers have added, and the Subject", () => {
  const fields =
    "Return-Path: <a@b>\r\nReceived: x\r\nDKIM-Signature: v=1;\r\n" +
    ` b=abc\r\nAuthentication-Results: y\r\n${FROM}Subject: secret\r\n`;
  const received = cleanReceived(headerOf(fields + STRUCTURE), FORM, ALL);
  assert.equal(
    text(received.octets),
    `${FROM}Subject: [...]\r\n${STRUCTURE}\r\n`,
  );
  assert.equal(received.givenMessageId, undefined);
  const kept = cleanReceived(headerOf(fields + STRUCTURE), FORM, NONE);
  assert.equal(
    text(kept.octets),
    `${FROM}Subject: secret\r\n${STRUCTURE}\r\n`,
  );
});

Deno.test("cleanReceived() marks a report for clients that read nothing in clear", () => {
  const form = { ...FORM, as: "report" } as const;
  const hint = "Secure-Join: vc-request\r\n";
  for (const given of ["", "Secure-Join: vc-auth-required\r\n", hint]) {
    const { octets } = cleanReceived(headerOf(FROM + given), form, ALL);
    assert.equal(text(octets).split(hint).length, 2);
    assert.doesNotMatch(text(octets), /vc-auth/);
  }
  const { octets } = cleanReceived(headerOf(FROM), form, NONE);
  assert.doesNotMatch(text(octets), /Secure-Join/i);
  const mail = cleanReceived(headerOf(FROM), FORM, ALL);
  assert.doesNotMatch(text(mail.octets), /Secure-Join/i);
});

Deno.test("cleanAppended() leaves all but what describes the body", () => {
  const fields = `X-Any: thing\r\n${FROM}Subject: secret\r\n`;
  assert.equal(
    text(
      cleanAppended(headerOf(fields + "Content-Type: x/y\r\n"), FORM).octets,
    ),
    fields + 'Content-Type: multipart/encrypted;\r\n boundary="b"\r\n' +
      "MIME-Version: 1.0\r\nContent-Transfer-Encoding: 7bit\r\n\r\n",
  );
});

import assert from "node:assert/strict";
import type { AccountId, QueueId } from "../base/ids.ts";
import type { Address } from "../mail/address.ts";
import type { DeliveryNote } from "../store/queue.ts";
import { formatDelay, formatReport } from "./report.ts";

const PARTS = {
  clock: { now: () => 1_800_000_000_000, monotonic: () => 0 },
  random: (length: number) => new Uint8Array(length).fill(7),
  domain: "relay.example",
  hostname: "mx.relay.example",
  hint: true,
};

function reportOf(
  notes: readonly DeliveryNote[],
  messageId = "<1@localhost>",
): string {
  const { octets, headerOctets } = formatReport({
    message: 1 as QueueId,
    account: 1 as AccountId,
    reversePath: "ann@relay.example",
    messageId,
    queuedAt: 1_799_999_000,
    ageSeconds: 0,
    waiting: 0,
    recipients: notes.map((note, n) => ({
      n,
      address: `p${n}@far.example` as Address,
      note,
      lastAttemptAt: 1_799_999_500,
    })),
  }, PARTS);
  const text = new TextDecoder().decode(octets);
  assert.equal(text.slice(0, headerOctets).slice(-4), "\r\n\r\n");
  return text;
}

const ROWS: readonly [string, DeliveryNote, string, string][] = [
  [
    "a reply of a server",
    {
      status: "5.2.1",
      text: "mailbox disabled",
      code: 550,
      transport: "smtp",
      host: "mx.far.example",
    },
    "mailbox disabled",
    "Status: 5.2.1\r\nRemote-MTA: dns; mx.far.example\r\n" +
    "Diagnostic-Code: smtp; 550 5.2.1 mailbox disabled\r\n",
  ],
  [
    "a reply over HTTP",
    { status: "5.7.1", text: "Forbidden", code: 403, transport: "https" },
    "Forbidden",
    "Status: 5.7.1\r\nDiagnostic-Code: X-HTTP; 403 Forbidden\r\n",
  ],
  [
    "time that is over",
    { status: "5.4.7", text: "connection refused" },
    "the server there did not take it in time (connection refused)",
    "Status: 5.4.7\r\nDiagnostic-Code: smtp; 550 5.4.7 connection refused\r\n",
  ],
  [
    "no attempt at all",
    { status: "5.4.7", text: "" },
    "the server there did not take it in time",
    "Status: 5.4.7\r\n",
  ],
  [
    "lines that break",
    { status: "5.0.0", text: "no\r\n\r\n--boundary\r\nX: y." },
    "no????--boundary??X: y",
    "Diagnostic-Code: smtp; 550 5.0.0 no????--boundary??X: y.\r\n",
  ],
];
for (const [name, note, said, status] of ROWS) {
  Deno.test(`formatReport() of ${name}`, () => {
    const text = reportOf([note]);
    const line =
      `Message could not be delivered to p0@far.example: ${said}.\r\n`;
    assert.ok(text.includes(line), text);
    assert.ok(text.includes(status), text);
  });
}

Deno.test("formatReport() is bounded, whoever wrote into it", () => {
  const text = "x".repeat(100_000);
  const note = { status: "5.0.0", text, host: text };
  const notes = Array.from({ length: 1000 }, () => note);
  const report = reportOf(notes, `<${text}>`);
  assert.ok(report.length < 120_000, String(report.length));
  assert.match(report, /^And to 900 more\.\r$/m);
  for (const line of report.split("\r\n")) assert.ok(line.length <= 998);
});

Deno.test("a report of a delay says that nothing is lost, and until when", () => {
  const { octets } = formatDelay({
    message: 1 as QueueId,
    account: 1 as AccountId,
    reversePath: "ann@relay.example",
    messageId: "<1@localhost>",
    queuedAt: 1_799_999_000,
    ageSeconds: 0,
    waiting: 1,
    place: { expiresAt: 9, message: 1 as QueueId },
    expiresInSeconds: 600,
    recipients: [{
      n: 0,
      address: "p@far.example" as Address,
      note: { status: "4.4.1", text: "connection refused" },
    }],
  }, PARTS);
  const text = new TextDecoder().decode(octets);
  assert.match(text, /^Action: delayed\r$/m);
  assert.match(text, /^Will-Retry-Until: Fri, 15 Jan 2027 08:10:00 \+0000\r$/m);
  assert.match(
    text,
    /^Diagnostic-Code: smtp; 451 4\.4\.1 connection refused\r$/m,
  );
  assert.match(
    text,
    /not delivered yet, .* to p@far\.example: connection refused\.\r$/m,
  );
  // by that field a client would take it for a failure
  assert.doesNotMatch(text, /Secure-Join|Action: failed/);
});

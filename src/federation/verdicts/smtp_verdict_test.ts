import assert from "node:assert/strict";
import type { SmtpOutcome, SmtpTrouble } from "../../smtp/client/outcome.ts";
import {
  type SmtpOutcomeShape,
  type SmtpTroubleShape,
  smtpVerdicts,
  troubleVerdict,
} from "./smtp_verdict.ts";
import { isAboutOurSignature, noteText } from "./verdict.ts";

// what the client of SMTP gives must fit what is read here
const OUTCOME_FITS = (outcome: SmtpOutcome): SmtpOutcomeShape => outcome;
const TROUBLE_FITS = (trouble: SmtpTrouble): SmtpTroubleShape => trouble;

const MX = { transport: "smtp", host: "mx.far.example" };
const ANN = "ann@far.example";
const BOB = "bob@far.example";

/** `550 5.1.1 no such user` */
function reply(text: string) {
  const [, code, status, rest] = /^(\d{3})(?: (\d\.\d+\.\d+))?(?: (.*))?$/
    .exec(text)!;
  return {
    code: Number(code),
    ...(status && { status }),
    lines: [rest ?? ""],
  };
}

/** `permanent 5.1.1 550`, and how long at least. */
function shown(outcome: SmtpOutcome, recipients = [ANN]): string[] {
  const verdicts = smtpVerdicts(recipients, OUTCOME_FITS(outcome), MX);
  assert.deepEqual([...verdicts.keys()], recipients);
  return [...verdicts.values()].map((verdict) => {
    if (verdict.kind === "delivered") return verdict.kind;
    const { status, code, host, transport } = verdict.note;
    assert.deepEqual({ transport, host }, MX);
    const wait = verdict.kind === "temporary" ? verdict.notBeforeSeconds : 0;
    return [verdict.kind, status, code, wait].filter(Boolean).join(" ");
  });
}

const AT_RCPT: readonly [string, string][] = [
  ["550 5.1.1 no such user", "permanent 5.1.1 550"],
  ["550 no such user", "permanent 5.1.1 550"],
  ["551 elsewhere", "permanent 5.1.6 551"],
  ["553 what?", "permanent 5.1.3 553"],
  ["554 no", "permanent 5.7.1 554"],
  ["571 no", "permanent 5.0.0 571"],
  ["552 5.2.2 full", "permanent 5.2.2 552"],
  ["552 too many recipients", "temporary 4.5.3 552"],
  ["552 5.5.3 too many recipients", "temporary 4.5.3 552"],
  ["452 4.5.3 too many recipients", "temporary 4.5.3 452"],
  ["450 4.2.1 busy", "temporary 4.2.1 450"],
  ["450 4.7.1 greylisted", "temporary 4.7.1 450 60"],
  ["451 Greylisting in action", "temporary 4.0.0 451 60"],
  ["452 4.7.1 later", "temporary 4.7.1 452"],
  // a code that contradicts the reply is not believed
  ["550 4.1.1 no such user", "permanent 5.1.1 550"],
  ["450 5.7.1 later", "temporary 4.0.0 450"],
  ["354 go on", "temporary 4.5.0 354"],
];
for (const [text, expected] of AT_RCPT) {
  Deno.test(`a recipient refused with ${text}`, () => {
    const refused = [{ recipient: BOB, reply: reply(text) }];
    const accepted = {
      kind: "accepted",
      reply: reply("250 ok"),
      refused,
    } as const;
    assert.deepEqual(shown(accepted, [ANN, BOB]), ["delivered", expected]);
    assert.deepEqual(
      shown({ kind: "recipients_refused", refused }, [BOB]),
      [expected],
    );
  });
}

Deno.test("accepted: all that were not refused have it", () => {
  const outcome = {
    kind: "accepted",
    reply: reply("250"),
    refused: [],
  } as const;
  assert.deepEqual(shown(outcome, [ANN, BOB]), ["delivered", "delivered"]);
});

Deno.test("a recipient without an answer is no delivery", () => {
  const outcome = { kind: "recipients_refused", refused: [] } as const;
  assert.deepEqual(shown(outcome), ["temporary 4.5.0"]);
});

const WHOLE: readonly ["mail" | "data" | "content", string, string, string][] =
  [
    ["mail", "550 5.1.8 bad sender", "permanent 5.1.8 550", "apart 5.1.8 550"],
    ["mail", "550 bad sender", "permanent 5.1.0 550", "apart 5.1.0 550"],
    ["mail", "552 too large", "permanent 5.3.4 552", "permanent 5.3.4 552"],
    ["data", "503 no", "permanent 5.5.0 503", "apart 5.5.0 503"],
    ["data", "250 what?", "temporary 4.5.0 250", "temporary 4.5.0 250"],
    ["content", "554 no", "permanent 5.6.0 554", "apart 5.6.0 554"],
    ["content", "552 5.3.4 big", "permanent 5.3.4 552", "permanent 5.3.4 552"],
    [
      "content",
      "523 5.7.10 Encryption Needed",
      "permanent 5.7.10 523",
      "permanent 5.7.10 523",
    ],
    [
      "content",
      "451 4.7.1 later",
      "temporary 4.7.1 451 60",
      "temporary 4.7.1 451 60",
    ],
    ["content", "452 4.3.1 full", "temporary 4.3.1 452", "temporary 4.3.1 452"],
  ];
for (const [at, text, alone, together] of WHOLE) {
  Deno.test(`${at} refused with ${text}`, () => {
    const outcome = { kind: "refused", at, reply: reply(text) } as const;
    assert.deepEqual(shown(outcome), [alone]);
    assert.deepEqual(shown(outcome, [ANN, BOB]), [together, together]);
  });
}

const TROUBLES: readonly [
  SmtpTroubleShape["kind"],
  string | undefined,
  string,
][] = [
  ["refused", "554 5.7.1 go away", "4.3.2"],
  ["refused", "421 4.7.0 too many connections", "4.7.0"],
  ["tls", undefined, "4.7.5"],
  ["timeout", undefined, "4.4.2"],
  ["lost", undefined, "4.4.2"],
  ["closing", "421 bye", "4.3.2"],
  ["protocol", undefined, "4.5.0"],
];
for (const [kind, text, status] of TROUBLES) {
  Deno.test(`trouble ${kind} ${text ?? ""} passes`, () => {
    const trouble = {
      name: "SmtpTrouble",
      kind,
      message: "in words",
      reply: text === undefined ? undefined : reply(text),
    } as SmtpTrouble;
    const { kind: is, note } = troubleVerdict(TROUBLE_FITS(trouble), MX);
    assert.equal(is, "temporary");
    assert.equal(note.status, status);
    assert.notEqual(note.text, "");
    assert.equal(note.code, text && Number(text.slice(0, 3)));
  });
}

Deno.test("noteText() makes one short printable line of anything", () => {
  assert.equal(noteText(" a\r\nb\tc\0\u202ed  e "), "a b c d e");
  assert.equal(noteText("x".repeat(1_000_000)).length, 300);
  assert.equal(Array.from(noteText("😀".repeat(1000))).length, 300);
  assert.equal(noteText("\u001b[31mred\u001b[0m"), "[31mred [0m");
});

Deno.test("isAboutOurSignature() knows what peers say of it", () => {
  const about = (code: number, text: string) =>
    isAboutOurSignature({ status: "5.7.1", code, text });
  assert.equal(about(554, "No valid DKIM signature found"), true);
  assert.equal(about(500, "Invalid FROM domain literal: x"), true);
  assert.equal(about(451, "DKIM key lookup failed"), false);
  assert.equal(about(550, "no such user"), false);
});

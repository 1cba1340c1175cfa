import assert from "node:assert/strict";
import { CHANNEL, CONTACT, GROUP } from "../../tests/harness/test_shares.ts";
import { Refusal } from "../base/refusal.ts";
import { parseInvite, webForm } from "./invite.ts";
import { FUZZ_SEED } from "../../tests/harness/fuzz.ts";

const FPR = "0123456789ABCDEF0123456789ABCDEF01234567";
const REST = "a=ann%40relay.example&i=abc&s=def";

for (
  const [kind, link, name] of [
    ["contact", CONTACT, "Ann B."],
    ["group", GROUP, "Bike <club>"],
    ["channel", CHANNEL, "News"],
  ] as const
) {
  Deno.test(`parseInvite() reads the link of a ${kind}, in both forms`, () => {
    const invite = parseInvite(link);
    assert.equal(invite.kind, kind);
    assert.equal(invite.name, name);
    assert.ok(invite.url.startsWith(`openpgp4fpr:${FPR}#`));
    const web = webForm(invite.url);
    assert.ok(web.startsWith(`https://i.delta.chat/#${FPR}&`));
    assert.deepEqual(parseInvite(web), invite);
    assert.deepEqual(parseInvite(` ${invite.url}\n`), invite);
  });
}

for (
  const [name, link] of [
    ["nothing", ""],
    ["another site", `https://evil.example/#${FPR}&${REST}`],
    [
      "a site that looks like it",
      `https://i.delta.chat.evil.example/#${FPR}&${REST}`,
    ],
    ["clear text", `http://i.delta.chat/#${FPR}&${REST}`],
    ["a script", `javascript:alert(1)#${FPR}&${REST}`],
    ["a fingerprint alone", `openpgp4fpr:${FPR}`],
    ["a short fingerprint", `openpgp4fpr:${FPR.slice(1)}#${REST}`],
    ["a fingerprint of other letters", `openpgp4fpr:${FPR.slice(1)}g#${REST}`],
    ["an unknown parameter", `openpgp4fpr:${FPR}#${REST}&q=1`],
    ["a member of all objects", `openpgp4fpr:${FPR}#${REST}&constructor=1`],
    ["a repeated parameter", `openpgp4fpr:${FPR}#${REST}&i=abc`],
    ["a parameter without a value", `openpgp4fpr:${FPR}#${REST}&n`],
    ["no address", `openpgp4fpr:${FPR}#i=abc&s=def`],
    ["no code", `openpgp4fpr:${FPR}#a=ann%40relay.example&s=def`],
    ["no secret", `openpgp4fpr:${FPR}#a=ann%40relay.example&i=abc`],
    ["an address that is none", `openpgp4fpr:${FPR}#a=ann&i=abc&s=def`],
    [
      "an address with a line",
      `openpgp4fpr:${FPR}#a=a%0d%0a%40b.example&i=a&s=d`,
    ],
    ["a quotation mark", `openpgp4fpr:${FPR}#${REST}&n="onload=x`],
    ["a bracket", `openpgp4fpr:${FPR}#${REST}&n=<script>`],
    ["a space", `openpgp4fpr:${FPR}#${REST}&n=a b`],
    ["a line end that is escaped", `openpgp4fpr:${FPR}#${REST}&n=a%0ab`],
    ["a line end", `openpgp4fpr:${FPR}#${REST}&n=a\nb`],
    ["escapes that are no UTF-8", `openpgp4fpr:${FPR}#${REST}&n=%ff`],
    ["another fragment", `openpgp4fpr:${FPR}#${REST}#x`],
    ["too long a text", `openpgp4fpr:${FPR}#${REST}&n=${"a".repeat(2000)}`],
    ["relays that are none", `openpgp4fpr:${FPR}#${REST}&r=a@b.example,x`],
  ] as const
) {
  Deno.test(`parseInvite() refuses ${name}`, () => {
    assert.throws(
      () => parseInvite(link),
      (error) => error instanceof Refusal && error.code === "invalid_invite",
    );
  });
}

Deno.test("parseInvite() throws nothing else, whatever it is given", () => {
  const seed = FUZZ_SEED;
  let state = seed;
  const draw = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
  const pieces = [CONTACT, GROUP, "#", "&", "=", "%", "a", "\u0000", "é", FPR];
  for (let round = 0; round < 3000; round++) {
    const whole = Array.from(
      { length: 1 + draw(6) },
      () => pieces[draw(pieces.length)]!,
    ).join("");
    const cut = draw(whole.length + 1);
    const text = whole.slice(0, cut) + pieces[draw(pieces.length)] +
      whole.slice(cut);
    try {
      assert.match(parseInvite(text).url, /^openpgp4fpr:[!-~]+$/);
    } catch (error) {
      assert.ok(error instanceof Refusal, `seed ${seed}: ${error}`);
    }
  }
});

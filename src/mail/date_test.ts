import assert from "node:assert/strict";
import {
  formatImapDateTime,
  formatMailDate,
  localDay,
  parseImapDate,
  parseImapDateTime,
  parseMailDate,
} from "./date.ts";

const seconds = (iso: string) => Date.parse(iso) / 1000;

for (
  const [text, iso, offset] of [
    ["Mon, 5 Jan 2026 09:08:07 +0000", "2026-01-05T09:08:07Z", 0],
    ["Mon, 05 Jan 2026 09:08:07 +0530", "2026-01-05T03:38:07Z", 330],
    ["5 Jan 2026 09:08 -0800 (PST (x))", "2026-01-05T17:08:00Z", -480],
    ["Mon, 5 Jan 26 09:08:07 GMT", "2026-01-05T09:08:07Z", 0],
    ["Tue, 5 Jan 99 09:08:07 EST", "1999-01-05T14:08:07Z", -300],
    ["Tue, 5 Jan 126 09:08:07 Z", "2026-01-05T09:08:07Z", 0],
    ["mon,5 JAN 2026\t09:08:07", "2026-01-05T09:08:07Z", 0],
    ["5-Jan-2026 09:08:07 +0000", "2026-01-05T09:08:07Z", 0],
    ["Sat, 29 Feb 2020 23:59:60 +0000", "2020-03-01T00:00:00Z", 0],
  ] as const
) {
  Deno.test(`parseMailDate() reads ${text}`, () => {
    assert.deepEqual(parseMailDate(text), {
      seconds: seconds(iso),
      offsetMinutes: offset,
    });
  });
}

for (
  const text of [
    "",
    "yesterday",
    "Mon, 32 Jan 2026 09:08:07 +0000",
    "Mon, 0 Jan 2026 09:08:07 +0000",
    "Sun, 29 Feb 2021 09:08:07 +0000",
    "Mon, 5 Jam 2026 09:08:07 +0000",
    "Mon, 5 Jan 2026 24:00:00 +0000",
    "Mon, 5 Jan 2026 09:60:07 +0000",
    "Mon, 5 Jan 2026 09:08:61 +0000",
    "Mon, 5 Jan 2026 09:08:07 +00",
    "Mon, 5 Jan 2026 09:08:07 +0099",
    "Mon, 5 Jan 2026",
  ]
) {
  Deno.test(`parseMailDate() refuses "${text}"`, () => {
    assert.throws(() => parseMailDate(text), SyntaxError);
  });
}

Deno.test("formatMailDate() writes what parseMailDate() reads", () => {
  const at = seconds("2026-01-05T09:08:07Z");
  assert.equal(formatMailDate(at), "Mon, 5 Jan 2026 09:08:07 +0000");
  assert.equal(parseMailDate(formatMailDate(at)).seconds, at);
});

Deno.test("formatImapDateTime() writes what parseImapDateTime() reads", () => {
  const at = seconds("2026-01-05T09:08:07Z");
  assert.equal(formatImapDateTime(at), "05-Jan-2026 09:08:07 +0000");
  assert.equal(parseImapDateTime("05-Jan-2026 09:08:07 +0000"), at);
  assert.equal(parseImapDateTime(" 5-jan-2026 10:08:07 +0100"), at);
  for (
    const text of [
      "",
      "5-Jan-2026 09:08:07 +0000",
      "05-Jan-2026 09:08:07",
      "31-Feb-2026 09:08:07 +0000",
      "05-Jan-26 09:08:07 +0000",
    ]
  ) assert.throws(() => parseImapDateTime(text), SyntaxError);
});

Deno.test("parseImapDate() counts days", () => {
  assert.equal(parseImapDate("1-Jan-1970"), 0);
  assert.equal(parseImapDate("05-JAN-2026"), seconds("2026-01-05") / 86_400);
  for (const text of ["", "1-Jan-26", "30-Feb-2026", "Jan-1-2026"]) {
    assert.throws(() => parseImapDate(text), SyntaxError);
  }
});

Deno.test("localDay() is the day on the sender's clock", () => {
  const date = parseMailDate("Mon, 5 Jan 2026 01:00:00 +0200");
  assert.equal(localDay(date), parseImapDate("5-Jan-2026"));
  assert.equal(Math.floor(date.seconds / 86_400), localDay(date) - 1);
});

Deno.test("dates of any text are read or refused", () => {
  let seed = 9;
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  const alphabet = "Mon, 5Jan2026:0+-()GMT";
  for (let i = 0; i < 20_000; i++) {
    const text = Array.from(
      { length: random(40) },
      () => alphabet[random(alphabet.length)],
    ).join("");
    for (const parse of [parseMailDate, parseImapDateTime, parseImapDate]) {
      try {
        parse(text);
      } catch (error) {
        assert.ok(error instanceof SyntaxError, text);
      }
    }
  }
});

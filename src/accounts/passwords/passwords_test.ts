import assert from "node:assert/strict";
import { secretOfText } from "../../base/secret.ts";
import { checkPassword, isPassword, isStrong } from "./passwords.ts";

const PASSWORDS: [string, string, boolean][] = [
  ["one character", "x", true],
  ["256 octets", "x".repeat(256), true],
  ["257 octets", "x".repeat(257), false],
  ["128 letters of two octets", "é".repeat(128), true],
  ["129 letters of two octets", "é".repeat(129), false],
  ["spaces and UTF-8", " pass wörd ", true],
  ["none", "", false],
  ["NUL", "pass\0word1", false],
  ["CR", "password\r", false],
  ["LF", "pass\nword1", false],
];
for (const [name, password, valid] of PASSWORDS) {
  Deno.test(`isPassword() with ${name} is ${valid}`, () => {
    assert.equal(isPassword(secretOfText(password)), valid);
  });
}

Deno.test("checkPassword() counts octets at the limit and one below", () => {
  checkPassword(secretOfText("123456789"), 9);
  checkPassword(secretOfText("éééé1"), 9);
  for (const short of ["12345678", "éééé", ""]) {
    assert.throws(() => checkPassword(secretOfText(short), 9), {
      code: "password_too_short",
    });
  }
});

Deno.test("checkPassword() refuses what isPassword() refuses", () => {
  for (const [, password, valid] of PASSWORDS) {
    if (valid || password === "") continue;
    assert.throws(() => checkPassword(secretOfText(password), 1), {
      code: "password_invalid",
    });
  }
});

const STRENGTH: [string, boolean][] = [
  ["abcdefghij0123456789", true], // exactly 20 long, 2 classes
  ["abcdefghij012345678", false], // 19 long
  ["abcdefghijabcdefghi1", true], // exactly 11 distinct
  ["abcdefgh1abcdefgh1ab", false], // 9 distinct
  ["abcdefghi1abcdefghi1", true], // exactly 10 distinct
  ["abcdefghijklmnopqrstuvwxyz", false], // one class
  ["correct horse battery staple", true],
  ["ABCDEFGHIJabcdefghij", true],
  ["password1", false],
];
for (const [password, strong] of STRENGTH) {
  Deno.test(`isStrong(secretOfText("${password}")) is ${strong}`, () => {
    assert.equal(isStrong(secretOfText(password)), strong);
  });
}

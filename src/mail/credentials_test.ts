import assert from "node:assert/strict";
import { decodeBase64, plainCredentials } from "./credentials.ts";

const plain = (text: string) => plainCredentials(btoa(text));

Deno.test("decodeBase64() reads no more than a login needs", () => {
  assert.equal(decodeBase64("A".repeat(4096)).length, 3072);
  assert.throws(() => decodeBase64("A".repeat(4100)), SyntaxError);
});

for (const actor of ["", "ann@relay.example", "ANN@Relay.Example"]) {
  Deno.test(`plainCredentials() lets "${actor}" act as the account`, () => {
    const { address, password } = plain(`${actor}\0ann@relay.example\0secret`);
    assert.equal(address, "ann@relay.example");
    assert.deepEqual([...password], [...new TextEncoder().encode("secret")]);
  });
}

Deno.test("plainCredentials() lets nobody act for another account", () => {
  for (const actor of ["bob@relay.example", "ann@relay.example.", "x"]) {
    const { password } = plain(`${actor}\0ann@relay.example\0secret`);
    assert.equal(password.length, 0);
  }
});

for (const text of ["", "a", "a\0b", "\0\0c", "a\0b\0c\0d", "\xff\0b\0c"]) {
  Deno.test(`plainCredentials() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => plain(text), SyntaxError);
  });
}

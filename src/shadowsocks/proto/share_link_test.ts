import assert from "node:assert/strict";
import { METHOD_NAMES, methodName, METHODS } from "./methods.ts";
import { type ShareLink, shareLink } from "./share_link.ts";
import { clientPassword, secretOfOctets } from "./shared_key.ts";
import { readTarget } from "./target.ts";

const LINK: ShareLink = {
  method: "aes-128-gcm",
  password: "test",
  host: "chat.example",
  port: 8388,
  name: "chat.example",
};
const SECRET = secretOfOctets(
  Uint8Array.from({ length: 32 }, (_, i) => 255 - i),
);

Deno.test("a link has cipher and password in Base64 for URLs", () => {
  assert.equal(
    shareLink(LINK),
    "ss://YWVzLTEyOC1nY206dGVzdA@chat.example:8388#chat.example",
  );
  const link = shareLink({ ...LINK, password: "~~~???ÿ" });
  assert.match(link ?? "", /^ss:\/\/[A-Za-z0-9_-]+@/);
});

Deno.test("a link has brackets around IPv6, and an escaped name", () => {
  assert.equal(
    shareLink({ ...LINK, host: "2001:db8::1", name: "my relay/1" }),
    "ss://YWVzLTEyOC1nY206dGVzdA@[2001:db8::1]:8388#my%20relay%2F1",
  );
});

Deno.test("a link of 2022 is escaped, with a key of the length of the cipher", () => {
  for (const method of METHOD_NAMES) {
    const { edition, keyOctets } = METHODS[method];
    if (edition === "aead") continue;
    const link = shareLink({ ...LINK, method, password: SECRET }) ?? "";
    const [, user = ""] = /^ss:\/\/([^@]+)@/.exec(link) ?? [];
    const [name, key = ""] = user.split(":");
    assert.equal(name, method);
    assert.equal(atob(decodeURIComponent(key)).length, keyOctets);
    assert.doesNotMatch(key, /[+/=]/);
  }
});

Deno.test("a password that is no key is none for a cipher of 2022", () => {
  for (const password of ["", "test", "A".repeat(20), "!".repeat(60)]) {
    assert.equal(
      clientPassword("2022-blake3-aes-128-gcm", password),
      undefined,
    );
  }
  assert.equal(clientPassword("aes-128-gcm", "test"), "test");
  assert.equal(clientPassword("aes-128-gcm", ""), undefined);
});

Deno.test("names of ciphers are understood in any spelling", () => {
  assert.equal(methodName(" AES_128_GCM "), "aes-128-gcm");
  assert.equal(methodName("rc4-md5"), undefined);
  assert.equal(methodName("constructor"), undefined);
});

Deno.test("an address is measured whatever its kind, and never read beyond its end", () => {
  const name = [3, 4, 109, 97, 105, 108];
  const cases: [number[], { port: number; size: number } | undefined][] = [
    [[1, 127, 0, 0, 1, 3, 225], { port: 993, size: 7 }],
    [[...name, 3, 225, 9, 9], { port: 993, size: 8 }],
    [[4, ...new Array(16).fill(0), 1, 187], { port: 443, size: 19 }],
    [[...name, 0, 0], undefined],
    [[3, 0, 3, 225], undefined],
    [[2, 1, 2, 3, 4, 5, 6], undefined],
    [[], undefined],
    [[3], undefined],
    [[3, 255, 1], undefined],
    [[1, 127, 0, 0, 1, 3], undefined],
  ];
  for (const [octets, expected] of cases) {
    assert.deepEqual(readTarget(Uint8Array.from(octets)), expected);
  }
});

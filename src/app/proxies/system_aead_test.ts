import assert from "node:assert/strict";
import { KeyRing, RUNTIME_AEAD } from "../../shadowsocks/server/aead.ts";
import { METHODS } from "../../shadowsocks/proto/methods.ts";
import { LibraryAead } from "../../libcrypto/aead.ts";
import {
  type Library,
  LibraryFault,
  openLibrary,
} from "../../libcrypto/library.ts";
import { systemAead } from "./system_aead.ts";

const library = openLibrary();
const isAbsent = library === undefined;
const SIZES = [0, 1, 2, 15, 16, 17, 1000, 0x3fff, 0xffff];

for (const [name, { cipher, keyOctets }] of Object.entries(METHODS)) {
  Deno.test({
    name: `library and runtime seal and open the same with ${name}`,
    ignore: isAbsent,
    fn() {
      const aead = new LibraryAead(library!);
      const key = crypto.getRandomValues(new Uint8Array(keyOctets));
      const makers = [RUNTIME_AEAD, aead];
      const sealing = makers.map((one) => one.key(cipher, key, "seal"));
      const opening = makers.map((one) => one.key(cipher, key, "open"));
      for (const size of SIZES) {
        const nonce = crypto.getRandomValues(new Uint8Array(12));
        const plain = crypto.getRandomValues(new Uint8Array(size));
        const [theirs, ours] = sealing.map((one) => {
          const out = new Uint8Array(size + 30);
          one.seal(nonce, plain, out, 7);
          return out;
        });
        assert.deepEqual(ours, theirs);
        const sealed = ours!.subarray(7, size + 23);
        for (const one of opening) {
          assert.deepEqual(
            new Uint8Array(one.open(nonce, sealed)!),
            plain,
          );
          for (const at of [0, size, size + 15]) {
            const forged = sealed.slice();
            forged[at]! ^= 1;
            assert.equal(one.open(nonce, forged), undefined);
          }
          // one that was refused leaves nothing behind
          assert.ok(one.open(nonce, sealed));
        }
      }
      for (const one of [...sealing, ...opening]) one.end();
    },
  });
}

Deno.test({
  name: "a key that has ended does nothing any more, and ends once",
  ignore: isAbsent,
  fn() {
    const ring = new KeyRing(new LibraryAead(library!));
    const octets = new Uint8Array(32);
    const key = ring.key("aes-128-gcm", octets.subarray(16), "seal");
    ring.end();
    ring.end();
    const nonce = octets.subarray(0, 12);
    assert.throws(() => key.seal(nonce, octets, new Uint8Array(48), 0));
    assert.throws(() => key.open(nonce, octets));
    assert.throws(() => ring.key("aes-128-gcm", octets.subarray(16), "open"));
  },
});

Deno.test({
  name: "what would go beyond its room, or has no such key, is refused",
  ignore: isAbsent,
  fn() {
    const aead = new LibraryAead(library!);
    const key = aead.key("aes-256-gcm", new Uint8Array(32), "seal");
    const nonce = new Uint8Array(12);
    for (const [size, room, at] of [[16, 31, 0], [16, 32, 1], [0, 0, 0]]) {
      assert.throws(
        () =>
          key.seal(nonce, new Uint8Array(size!), new Uint8Array(room!), at!),
        LibraryFault,
      );
    }
    assert.throws(
      () => key.seal(new Uint8Array(11), nonce, new Uint8Array(99), 0),
      LibraryFault,
    );
    assert.equal(key.open(nonce, new Uint8Array(15)), undefined);
    key.end();
    assert.throws(
      () => aead.key("aes-256-gcm", new Uint8Array(16), "seal"),
      LibraryFault,
    );
  },
});

Deno.test("the runtime does it where there is no library, without a word", () => {
  const faults: LibraryFault[] = [];
  const aead = systemAead((fault) => faults.push(fault), () => undefined);
  assert.equal(aead, RUNTIME_AEAD);
  assert.deepEqual(faults, []);
});

Deno.test({
  name:
    "the runtime does it where the library does not what it should, and that is told",
  ignore: isAbsent,
  fn() {
    const odd: Library[] = [
      {
        ...library!,
        calls: { ...library!.calls, EVP_CIPHER_CTX_new: () => null },
      },
      { ...library!, calls: { ...library!.calls, EVP_CipherInit_ex: () => 0 } },
      {
        ...library!,
        calls: { ...library!.calls, EVP_CipherFinal_ex: () => 1 },
      },
    ];
    for (const one of odd) {
      const faults: LibraryFault[] = [];
      const aead = systemAead((fault) => faults.push(fault), () => one);
      assert.equal(aead, RUNTIME_AEAD);
      assert.equal(faults.length, 1);
    }
  },
});

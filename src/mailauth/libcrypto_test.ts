import assert from "node:assert/strict";
import { generateKeyPairSync, verify } from "node:crypto";
import { type LibraryCalls, LibraryFault } from "../libcrypto/library.ts";
import { LibCrypto } from "./libcrypto.ts";

const library = LibCrypto.open();
const isAbsent = library === undefined;

Deno.test("what is no such library, or is not there, is not opened", () => {
  assert.equal(LibCrypto.open("libc.so.6"), undefined);
  assert.equal(LibCrypto.open("libcrypto.so.none"), undefined);
});

Deno.test({
  name:
    "the library tells its version, and signs at once what is asked at once",
  ignore: isAbsent,
  async fn() {
    assert.match(library!.version, /^\S+ 3\./);
    const { privateKey, publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
    });
    const key = await library!.key(privateKey);
    const texts = Array.from({ length: 40 }, (_, n) => Uint8Array.of(n));
    const made = await Promise.all(texts.map((text) => key.sign(text)));
    texts.forEach((text, n) =>
      assert.ok(verify("sha256", text, publicKey, made[n]!))
    );
  },
});

Deno.test({
  name: "a key that is no RSA key of a usual size is refused",
  ignore: isAbsent,
  async fn() {
    const keys = [
      generateKeyPairSync("ed25519").privateKey,
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
    ];
    for (const key of keys) {
      await assert.rejects(() => library!.key(key), LibraryFault);
    }
  },
});

/** Takes every key, and says that it signs. */
function fakeCalls(more: Partial<LibraryCalls>): LibraryCalls {
  const somewhere = Deno.UnsafePointer.of(new Uint8Array(1));
  const calls: Partial<LibraryCalls> = {
    d2i_AutoPrivateKey: () => somewhere,
    EVP_PKEY_free() {},
    EVP_MD_CTX_new: () => somewhere,
    EVP_MD_CTX_free() {},
    EVP_sha256: () => somewhere,
    EVP_DigestSignInit: () => 1,
    EVP_DigestSign: () => Promise.resolve(1),
    ERR_clear_error() {},
    ...more,
  };
  return calls as LibraryCalls;
}

const FAULTS: Readonly<Record<string, [Partial<LibraryCalls>, RegExp]>> = {
  "signs with something else": [{}, /does not hold/],
  "says that it cannot sign": [
    { EVP_DigestSign: () => Promise.resolve(0) },
    /does not sign/,
  ],
  "does not begin": [{ EVP_DigestSignInit: () => 0 }, /does not begin/],
  "has no memory": [{ EVP_MD_CTX_new: () => null }, /no memory/],
  "takes no key": [{ d2i_AutoPrivateKey: () => null }, /not take the key/],
};

for (const [what, [calls, why]] of Object.entries(FAULTS)) {
  Deno.test(`a key of a library that ${what} is not used`, async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const odd = new LibCrypto({ calls: fakeCalls(calls), version: "odd" });
    await assert.rejects(
      () => odd.key(privateKey),
      (error) => error instanceof LibraryFault && why.test(error.message),
    );
  });
}

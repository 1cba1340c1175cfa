import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { LibraryFault } from "../../libcrypto/library.ts";
import { LibCrypto } from "../../mailauth/libcrypto.ts";
import { type DkimKeyMaterial, newKey, readKey } from "./key_material.ts";
import { Signatures } from "./signatures.ts";

function failOnFault(fault: LibraryFault): void {
  assert.fail(fault);
}

/** One that has the runtime, one that has the library where it is there. */
const ENGINES = [
  { name: "the runtime", openLibrary: () => undefined },
  { name: "the library", openLibrary: () => LibCrypto.open() },
];

/** Stands for a library that does other than it should. */
function odd(
  key: (key: DkimKeyMaterial["key"]) => Promise<{
    sign(octets: Uint8Array): Promise<Uint8Array>;
  }>,
): LibCrypto {
  return { version: "odd", key } as unknown as LibCrypto;
}

function holdsFor(
  { key }: DkimKeyMaterial,
  text: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify("sha256", text, createPublicKey(key), signature);
}

for (const { name, openLibrary } of ENGINES) {
  Deno.test(`${name}: signatures are made side by side and one after the other, each by its key`, async () => {
    const signatures = new Signatures({
      atOnce: 2,
      openLibrary,
      onFault: failOnFault,
    });
    const [key, other] = await Promise.all([
      newKey("rsa-sha256"),
      newKey("rsa-sha256"),
    ]);
    const texts = Array.from({ length: 6 }, (_, i) => Uint8Array.of(i, 1, 2));
    const made = await Promise.all(
      texts.map((text, i) => signatures.sign(i % 2 === 0 ? key : other, text)),
    );
    made.forEach((signature, i) => {
      assert.ok(holdsFor(i % 2 === 0 ? key : other, texts[i]!, signature));
      assert.ok(!holdsFor(i % 2 === 0 ? other : key, texts[i]!, signature));
    });
  });
}

for (const modulusLength of [1024, 2048, 3072, 4096]) {
  Deno.test(`a key of ${modulusLength} bits signs, the same by both engines`, async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength });
    const pem = privateKey.export({ type: "pkcs1", format: "pem" }) as string;
    const key = readKey(pem);
    const texts = [new Uint8Array(), new Uint8Array(100_000).fill(65)];
    for (const text of texts) {
      const made = await Promise.all(
        ENGINES.map(({ openLibrary }) =>
          new Signatures({ atOnce: 1, openLibrary, onFault: failOnFault })
            .sign(key, text)
        ),
      );
      assert.ok(holdsFor(key, text, made[0]!));
      assert.deepEqual(made[0], made[1]); // RFC 8017 §8.2.1 leaves nothing to chance
    }
  });
}

Deno.test("an Ed25519 key signs the hash of the octets", async () => {
  const signatures = new Signatures({ atOnce: 1, onFault: failOnFault });
  const key = await newKey("ed25519-sha256");
  const text = Uint8Array.of(1);
  const signature = await signatures.sign(key, text);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  assert.ok(verify(null, hash, createPublicKey(key.key), signature));
});

const FAULTS = {
  "takes no key": odd(() => Promise.reject(new LibraryFault("no key"))),
  "does not sign": odd(() =>
    Promise.resolve({
      sign: () => Promise.reject(new LibraryFault("no signature")),
    })
  ),
};

for (const [what, library] of Object.entries(FAULTS)) {
  Deno.test(`a library that ${what} is left, which is told once`, async () => {
    const faults: LibraryFault[] = [];
    let opened = 0;
    const signatures = new Signatures({
      atOnce: 2,
      openLibrary() {
        opened++;
        return library;
      },
      onFault: (fault) => faults.push(fault),
    });
    assert.deepEqual(signatures.engine(), { library: "odd" });
    const key = await newKey("rsa-sha256");
    const text = Uint8Array.of(1);
    const made = await Promise.all(
      [1, 2, 3].map(() => signatures.sign(key, text)),
    );
    assert.ok(made.every((signature) => holdsFor(key, text, signature)));
    assert.equal(faults.length, 1);
    assert.equal(opened, 1);
    assert.deepEqual(signatures.engine(), { fault: faults[0]!.message });
  });
}

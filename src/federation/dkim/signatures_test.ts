import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { newKey, readKey } from "./key_material.ts";
import { Signatures } from "./signatures.ts";

Deno.test("signatures are made side by side and one after the other, each by its key", async () => {
  const signatures = new Signatures(2);
  const [key, other] = await Promise.all([
    newKey("rsa-sha256"),
    newKey("rsa-sha256"),
  ]);
  const texts = Array.from({ length: 6 }, (_, i) => Uint8Array.of(i, 1, 2));
  const made = await Promise.all(
    texts.map((text, i) => signatures.sign(i % 2 === 0 ? key : other, text)),
  );
  made.forEach((signature, i) => {
    const verifier = createPublicKey((i % 2 === 0 ? key : other).key);
    assert.ok(verify("sha256", texts[i]!, verifier, signature));
    const wrong = createPublicKey((i % 2 === 0 ? other : key).key);
    assert.ok(!verify("sha256", texts[i]!, wrong, signature));
  });
});

for (const modulusLength of [1024, 3072, 4096]) {
  Deno.test(`a key of ${modulusLength} bits signs`, async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength });
    const pem = privateKey.export({ type: "pkcs1", format: "pem" }) as string;
    const key = readKey(pem);
    const text = Uint8Array.of(1);
    const signature = await new Signatures(1).sign(key, text);
    assert.ok(verify("sha256", text, createPublicKey(key.key), signature));
  });
}

Deno.test("an Ed25519 key signs the hash of the octets", async () => {
  const key = await newKey("ed25519-sha256");
  const text = Uint8Array.of(1);
  const signature = await new Signatures(1).sign(key, text);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  assert.ok(verify(null, hash, createPublicKey(key.key), signature));
});

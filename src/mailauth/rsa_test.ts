import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { isRsaSignature, rsaPublicKey } from "./rsa.ts";

const TEXT = new TextEncoder().encode("what is signed");
const PREFIX = "3031300d060960864801650304020105000420";

function pairOf(modulusLength: number, publicExponent = 65537) {
  const pair = generateKeyPairSync("rsa", { modulusLength, publicExponent });
  return { ...pair, rsa: rsaPublicKey(pair.publicKey) };
}

for (
  const [bits, exponent] of [[1024, 65537], [2048, 65537], [1024, 3], [
    1032,
    65537,
  ]] as const
) {
  Deno.test(`isRsaSignature() takes what a key of ${bits} bits and exponent ${exponent} has signed, and nothing else`, () => {
    const { privateKey, rsa } = pairOf(bits, exponent);
    assert.ok(rsa);
    const signature = sign("sha256", TEXT, privateKey);
    assert.equal(isRsaSignature(rsa, signature, TEXT), true);
    assert.equal(isRsaSignature(rsa, signature, TEXT.subarray(1)), false);
    for (const at of [0, 1, signature.length - 1]) {
      const changed = Uint8Array.from(signature);
      changed[at]! ^= 1;
      assert.equal(isRsaSignature(rsa, changed, TEXT), false);
    }
    for (const octets of [0, 1, signature.length - 1]) {
      assert.equal(
        isRsaSignature(rsa, signature.subarray(0, octets), TEXT),
        false,
      );
    }
    assert.equal(
      isRsaSignature(rsa, sign("sha1", TEXT, privateKey), TEXT),
      false,
    );
  });
}

/** What the private key makes of octets as they are. */
function signedRaw(key: KeyObject, octets: string): Uint8Array {
  const { n, d } = key.export({ format: "jwk" }) as { n: string; d: string };
  const [modulus, exponent] = [n, d].map((text) =>
    BigInt(`0x${Buffer.from(text, "base64url").toString("hex")}`)
  ) as [bigint, bigint];
  const base = BigInt(`0x${octets}`);
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = result * result % modulus;
    if (bit === "1") result = result * base % modulus;
  }
  return Uint8Array.fromHex(result.toString(16).padStart(octets.length, "0"));
}

Deno.test("isRsaSignature() takes the one padding there is", () => {
  const { privateKey, rsa } = pairOf(1024);
  assert.ok(rsa);
  const hash = createHash("sha256").update(TEXT).digest("hex");
  /** As RFC 8017 §9.2 has it where nothing else is said; "…" is as much FF as fits. */
  const verdict = (encoded: string) => {
    const fill = "ff".repeat((256 - (encoded.length - 1)) / 2);
    const signature = signedRaw(privateKey, encoded.replace("…", fill));
    return isRsaSignature(rsa, signature, TEXT);
  };
  assert.equal(verdict(`0001…00${PREFIX}${hash}`), true);
  assert.equal(verdict(`0002…00${PREFIX}${hash}`), false);
  assert.equal(verdict(`0001…00${hash}`), false);
  assert.equal(verdict(`0001ff00${PREFIX}${hash}…`), false);
  assert.equal(verdict(`0001…0000${PREFIX}${hash}`), false);
  assert.equal(verdict(`0001…00${PREFIX.replace("0500", "")}${hash}`), false);
});

Deno.test("isRsaSignature() takes no number that is larger than the modulus", () => {
  const { privateKey, rsa } = pairOf(1024);
  assert.ok(rsa);
  const signature = sign("sha256", TEXT, privateKey);
  const more = BigInt(`0x${signature.toString("hex")}`) + rsa.modulus;
  const digits = more.toString(16);
  const octets = digits.padStart(digits.length + digits.length % 2, "0");
  assert.equal(
    isRsaSignature(rsa, Uint8Array.fromHex(octets), TEXT),
    false,
  );
});

Deno.test("rsaPublicKey() takes no key of another kind, nor one that takes long", () => {
  const { publicKey } = generateKeyPairSync("ed25519");
  assert.equal(rsaPublicKey(publicKey), undefined);
  const { n } = pairOf(1024).publicKey.export({ format: "jwk" });
  const withExponent = (e: string) =>
    rsaPublicKey(createPublicKey({
      key: { kty: "RSA", n: n!, e },
      format: "jwk",
    }));
  assert.ok(withExponent("AQAB"));
  assert.equal(withExponent("AQAAAAE"), undefined); // 2³² + 1
});

/** The key that releases are signed with: Ed25519, PKCS #8 in PEM, as `openssl genpkey -algorithm ed25519` makes it. @module */
import { createPrivateKey, createPublicKey, sign } from "node:crypto";

/** 32 octets in base64, as `upgrade.keys` has it. */
export async function publicKey(file: string): Promise<string> {
  const key = createPublicKey(await Deno.readTextFile(file));
  const { x = "" } = key.export({ format: "jwk" });
  return Uint8Array.fromBase64(x, { alphabet: "base64url" }).toBase64();
}

/** 64 octets. */
export async function signature(
  file: string,
  octets: Uint8Array,
): Promise<Uint8Array> {
  const key = createPrivateKey(await Deno.readTextFile(file));
  return new Uint8Array(sign(null, octets, key));
}

/**
 * Encrypting with a secret that two or many know, in place of keys: the session
 * key by a password (RFC 9580 §5.3.2), as invitations and channels of Delta Chat
 * have it. The password is salted and hashed once, since it cannot be guessed;
 * what would cost more to compute is not computed.
 *
 * @module
 */
import { toOctets } from "./octets.ts";
import { openPgp, type PrivateKey } from "./openpgp.ts";

const AES_128 = 7; // RFC 9580 §9.3
const GCM = 3; // RFC 9580 §9.6
const SALTED = 1; // RFC 9580 §3.7.1
const SHA_256 = 8; // RFC 9580 §9.5
const KEY_OCTETS = 16;
const SALT_OCTETS = 8;
const NONCE_OCTETS = 12;
const SESSION_KEY_PACKET = 3; // RFC 9580 §5
const VERSION = 6;
const MESSAGE_ARMOR = 3;

/** Of one invitation: who scans it knows it, and nobody else. */
export function inviteSecret(fingerprint: string, auth: string): string {
  return `securejoin/${fingerprint}/${auth}`;
}

/** @param signer absent: nobody says that it is of them */
export async function sealWithSecret(
  inner: string,
  secret: string,
  signer?: PrivateKey,
): Promise<string> {
  const { armor, createMessage, encrypt } = await openPgp();
  const data = random(KEY_OCTETS);
  const message = await encrypt({
    message: await createMessage({ binary: toOctets(inner) }),
    sessionKey: { data, algorithm: "aes128", aeadAlgorithm: "gcm" },
    ...(signer ? { signingKeys: signer } : {}),
    format: "binary",
    config: { aeadProtect: true },
  });
  const key = await sessionKeyPacket(data, secret);
  const octets = concat([key, message]);
  return armor(MESSAGE_ARMOR, octets, undefined, undefined, undefined, true);
}

async function sessionKeyPacket(
  sessionKey: Uint8Array<ArrayBuffer>,
  secret: string,
): Promise<Uint8Array> {
  const { subtle } = crypto;
  const salt = random(SALT_OCTETS);
  const nonce = random(NONCE_OCTETS);
  const hashed = await subtle.digest(
    "SHA-256",
    concat([salt, toOctets(secret)]),
  );
  const info = Uint8Array.of(0xc0 | SESSION_KEY_PACKET, VERSION, AES_128, GCM);
  const key = await subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info },
    await subtle.importKey("raw", hashed.slice(0, KEY_OCTETS), "HKDF", false, [
      "deriveKey",
    ]),
    { name: "AES-GCM", length: KEY_OCTETS * 8 },
    false,
    ["encrypt"],
  );
  const sealed = new Uint8Array(
    await subtle.encrypt(
      { name: "AES-GCM", iv: nonce, additionalData: info },
      key,
      sessionKey,
    ),
  );
  const s2k = concat([Uint8Array.of(SALTED, SHA_256), salt]);
  const fields = concat([
    Uint8Array.of(AES_128, GCM, s2k.length),
    s2k,
    nonce,
  ]);
  const body = concat([
    Uint8Array.of(VERSION, fields.length),
    fields,
    sealed,
  ]);
  return concat([
    Uint8Array.of(0xc0 | SESSION_KEY_PACKET, body.length),
    body,
  ]);
}

function random(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Keys of people: OpenPGP certificates, as the Autocrypt field carries them. @module */
import { openPgp, type PrivateKey, type PublicKey } from "./openpgp.ts";
import { fromBase64, toBase64 } from "./octets.ts";

/** An RSA key is below 5 KB; beyond this it is no key of a chat. */
const MAX_KEY_LETTERS = 64 * 1024;

export interface OwnKey {
  /** Armored. */
  readonly armored: string;
  /** Base64 of the certificate. */
  readonly certificate: string;
  readonly fingerprint: string;
}

export async function makeKey(address: string): Promise<OwnKey> {
  const { generateKey } = await openPgp();
  const { privateKey } = await generateKey({
    type: "ecc",
    curve: "curve25519Legacy",
    // not as `email`: that is refused where the domain is an address of a
    // server without a name, as ann@[203.0.113.5]; the octets are the same
    userIDs: [{ name: `<${address}>` }],
    format: "object",
  });
  return describe(privateKey);
}

/**
 * A key that another app has exported.
 *
 * @throws {Error} `no_key`, or `wrong_passphrase` where it is locked
 */
export async function importKey(
  armored: string,
  passphrase?: string,
): Promise<OwnKey> {
  const { decryptKey, readPrivateKey } = await openPgp();
  if (armored.length > MAX_KEY_LETTERS) throw new Error("no_key");
  const noKey = (cause: unknown) => {
    throw new Error("no_key", { cause });
  };
  let key = await readPrivateKey({ armoredKey: armored }).catch(noKey);
  if (!key.isDecrypted()) {
    key = await decryptKey({ privateKey: key, passphrase: passphrase ?? "" })
      .catch((cause) => {
        throw new Error("wrong_passphrase", { cause });
      });
  }
  return describe(key);
}

function describe(key: PrivateKey): OwnKey {
  return {
    armored: key.armor(),
    certificate: toBase64(key.toPublic().write()),
    fingerprint: fingerprintOf(key),
  };
}

export async function readOwnKey(armored: string): Promise<PrivateKey> {
  const { readPrivateKey } = await openPgp();
  return await readPrivateKey({ armoredKey: armored });
}

/** @throws {Error} when it is no certificate */
export async function readCertificate(base64: string): Promise<PublicKey> {
  const { readKey } = await openPgp();
  if (base64.length > MAX_KEY_LETTERS) throw new Error("That is no key");
  const key = await readKey({ binaryKey: fromBase64(base64) });
  if (key.isPrivate()) throw new Error("That is a private key");
  return key;
}

/** 40 hexadecimal digits, in capitals. */
export function fingerprintOf(key: PublicKey | PrivateKey): string {
  return key.getFingerprint().toUpperCase();
}

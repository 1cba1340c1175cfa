/** Encrypting and signing, decrypting and verifying. @module */
import { readCertificate } from "./keys.ts";
import { toOctets } from "./octets.ts";
import { openPgp, type PrivateKey } from "./openpgp.ts";

/** To all of them and to the one who writes, who wants to read it too. */
export async function seal(
  inner: string,
  own: PrivateKey,
  certificates: readonly string[],
): Promise<string> {
  const { createMessage, encrypt } = await openPgp();
  const keys = await Promise.all(certificates.map(readCertificate));
  return await encrypt({
    message: await createMessage({ binary: toOctets(inner) }),
    encryptionKeys: [own.toPublic(), ...keys],
    signingKeys: own,
    config: { aeadProtect: false },
  });
}

export interface Opened {
  readonly inner: Uint8Array;
  /** Whether it was signed with this certificate (base64). */
  isSignedBy(certificate: string): Promise<boolean>;
}

/** @throws {Error} when it is not for us */
export async function open(armored: string, own: PrivateKey): Promise<Opened> {
  const { decrypt, readMessage } = await openPgp();
  const { data } = await decrypt({
    message: await readMessage({ armoredMessage: armored }),
    decryptionKeys: own,
    format: "binary",
  });
  return {
    inner: data,
    async isSignedBy(certificate) {
      const key = await readCertificate(certificate);
      // once more: what a signature says is known while it is decrypted alone
      const { signatures } = await decrypt({
        message: await readMessage({ armoredMessage: armored }),
        decryptionKeys: own,
        verificationKeys: key,
        format: "binary",
      });
      const results = await Promise.all(
        signatures.map(({ verified }) => verified.catch(() => false)),
      );
      return results.some((result) => result === true);
    },
  };
}

/** Encrypting and signing, decrypting and verifying. @module */
import { readCertificate } from "./keys.ts";
import { toOctets } from "./octets.ts";
import { type Message, openPgp, type PrivateKey } from "./openpgp.ts";

/** A message is written down in no more than so much, however little it came in. */
const MAX_INNER_OCTETS = 64 * 1024 * 1024;
const LIMITS = { maxDecompressedMessageSize: MAX_INNER_OCTETS };

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

/** A secret that can open messages, and who alone may write with it. */
export interface KnownSecret {
  readonly secret: string;
  /** `offer`: of an invitation of ours; `join`: of one that we have; `channel`: of what we read. */
  readonly of: "offer" | "join" | "channel";
  /** Fingerprint; absent: whoever has it, and says nothing about who it is. */
  readonly writer?: string;
}

export interface Opened {
  readonly inner: Uint8Array;
  /** It was encrypted with this, and not to our key. */
  readonly secret?: KnownSecret;
  /** Whether it was signed with this certificate (base64). */
  isSignedBy(certificate: string): Promise<boolean>;
}

/** @throws {Error} when it is not for us */
export async function open(
  armored: string,
  own: PrivateKey,
  secrets: readonly KnownSecret[],
): Promise<Opened> {
  const { decrypt, readMessage } = await openPgp();
  const read = () => readMessage({ armoredMessage: armored, config: LIMITS });
  const message = await read();
  const secret = isBySecret(message)
    ? await secretOf(message, secrets)
    : undefined;
  const way = secret ? { passwords: [secret.secret] } : { decryptionKeys: own };
  const { data } = await decrypt({
    message: secret ? await read() : message,
    ...way,
    format: "binary",
    config: LIMITS,
  });
  return {
    inner: data,
    ...(secret ? { secret } : {}),
    async isSignedBy(certificate) {
      const key = await readCertificate(certificate);
      // once more: what a signature says is known while it is decrypted alone
      const { signatures } = await decrypt({
        message: await read(),
        ...way,
        verificationKeys: key,
        format: "binary",
        config: LIMITS,
      });
      const results = await Promise.all(
        signatures.map(({ verified }) => verified.catch(() => false)),
      );
      return results.some((result) => result === true);
    },
  };
}

const BY_PASSWORD = 3; // RFC 9580 §5.3
const BY_KEY = 1; // RFC 9580 §5.1

/** One secret, and one that costs nothing to try: a stranger chooses what is computed here. */
function isBySecret({ packets }: Message): boolean {
  const keys = [...packets].filter(({ constructor: { tag } }) =>
    tag === BY_PASSWORD || tag === BY_KEY
  );
  const [only] = keys;
  return keys.length === 1 && only!.constructor.tag === BY_PASSWORD &&
    only!.s2k?.type === "salted";
}

/** @throws {Error} when it is none of them */
async function secretOf(
  message: Message,
  secrets: readonly KnownSecret[],
): Promise<KnownSecret> {
  const { decryptSessionKeys } = await openPgp();
  for (const secret of secrets) {
    try {
      await decryptSessionKeys({ message, passwords: [secret.secret] });
      return secret;
    } catch {
      // another one
    }
  }
  throw new Error("No secret opens it");
}

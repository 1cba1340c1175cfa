/**
 * The worker that does OpenPGP for notices: a key that somebody has sent may take
 * long to look at, and a notice goes to many.
 *
 * @module
 */
import {
  createMessage,
  encrypt,
  generateKey,
  type PublicKey,
  readKey,
  readPrivateKey,
} from "openpgp";
import { answerQuestions } from "../../observe/worker_link.ts";

export interface OwnKey {
  /** Armored. */
  readonly secret: string;
  /** Base64. */
  readonly certificate: string;
}

export type SealingRequest =
  | { readonly kind: "examine"; readonly certificate: Uint8Array }
  | { readonly kind: "make_key"; readonly address: string }
  | {
    readonly kind: "seal";
    readonly inner: string;
    /** Of the reader. */
    readonly certificate: Uint8Array;
    /** Armored, of who writes. */
    readonly secret: string;
  };

/** undefined: it cannot be done with this key. */
export type SealingReply = string | OwnKey | undefined;

/** Clients' own have some ten; each that is signed takes a while to look at. */
const MAX_PACKETS = 40;
const MAX_RSA_BITS = 4096;
const MAX_EXPONENT_OCTETS = 4;

answerQuestions<SealingRequest, SealingReply>(async (request) => {
  try {
    switch (request.kind) {
      case "examine":
        return (await readerKey(request.certificate)).getFingerprint();
      case "make_key":
        return await makeKey(request.address);
      case "seal":
        return await seal(request);
    }
  } catch {
    return undefined;
  }
});

/** @throws {Error} unless a message can be encrypted to it now */
async function readerKey(certificate: Uint8Array): Promise<PublicKey> {
  const key = await readKey({ binaryKey: certificate });
  if (key.toPacketList().length > MAX_PACKETS) {
    throw new RangeError("That is more than anybody needs");
  }
  if (key.isPrivate() || !key.getKeys().every(isQuick)) {
    throw new RangeError("That is no key to encrypt to");
  }
  await key.getEncryptionKey();
  return key;
}

/** Others are old, or of numbers so large that they are there to keep us busy. */
function isQuick({ keyPacket }: ReturnType<PublicKey["getKeys"]>[number]) {
  const { algorithm, bits = 0 } = keyPacket.getAlgorithmInfo();
  if (!algorithm.startsWith("rsa")) {
    return /^(?:eddsa|ecdh|ecdsa|ed25519|x25519|ed448|x448)/i.test(algorithm);
  }
  const { e } = keyPacket.publicParams as { e?: Uint8Array };
  return bits <= MAX_RSA_BITS && e !== undefined &&
    e.length <= MAX_EXPONENT_OCTETS;
}

async function makeKey(address: string): Promise<OwnKey> {
  const { privateKey } = await generateKey({
    type: "ecc",
    curve: "curve25519Legacy", // what every client knows
    userIDs: [{ name: `<${address}>` }],
    format: "object",
  });
  return {
    secret: privateKey.armor(),
    certificate: privateKey.toPublic().write().toBase64(),
  };
}

async function seal(
  { inner, certificate, secret }: Extract<SealingRequest, { kind: "seal" }>,
): Promise<string> {
  return await encrypt({
    message: await createMessage({ binary: new TextEncoder().encode(inner) }),
    encryptionKeys: await readerKey(certificate),
    signingKeys: await readPrivateKey({ armoredKey: secret }),
    config: { aeadProtect: false },
  });
}

/**
 * What is used of `npm:openpgp`. Its own declarations bring the types of Node.js
 * with them, which are not those of a browser.
 */
export interface PublicKey {
  getFingerprint(): string;
  isPrivate(): boolean;
  write(): Uint8Array;
}
export interface PrivateKey extends PublicKey {
  armor(): string;
  isDecrypted(): boolean;
  toPublic(): PublicKey;
}
/** Not read yet. */
export interface Message {
  readonly packets: Iterable<{
    readonly constructor: { readonly tag?: number };
    /** Of one that a password opens. */
    readonly s2k?: { readonly type: string };
  }>;
}
export interface Limits {
  readonly maxDecompressedMessageSize: number;
}
export interface Verified {
  /** Rejects when the signature does not hold. */
  readonly verified: Promise<boolean>;
}

export function createMessage(
  options: { readonly binary: Uint8Array },
): Promise<Message>;
export function readMessage(
  options: { readonly armoredMessage: string; readonly config: Limits },
): Promise<Message>;
export function readKey(
  options: { readonly binaryKey: Uint8Array },
): Promise<PublicKey>;
export function readPrivateKey(
  options: { readonly armoredKey: string },
): Promise<PrivateKey>;
export function decryptKey(
  options: { readonly privateKey: PrivateKey; readonly passphrase: string },
): Promise<PrivateKey>;
export function generateKey(options: {
  readonly type: "ecc";
  readonly curve: "curve25519Legacy";
  readonly userIDs: readonly { readonly name: string }[];
  readonly format: "object";
}): Promise<{ readonly privateKey: PrivateKey }>;
export function encrypt(options: {
  readonly message: Message;
  readonly encryptionKeys: readonly PublicKey[];
  readonly signingKeys: PrivateKey;
  readonly config: { readonly aeadProtect: boolean };
}): Promise<string>;
export function encrypt(options: {
  readonly message: Message;
  readonly sessionKey: {
    readonly data: Uint8Array;
    readonly algorithm: "aes128";
    readonly aeadAlgorithm: "gcm";
  };
  readonly signingKeys?: PrivateKey;
  readonly format: "binary";
  readonly config: { readonly aeadProtect: boolean };
}): Promise<Uint8Array>;
export function armor(
  type: number,
  octets: Uint8Array,
  part: undefined,
  parts: undefined,
  comment: undefined,
  withChecksum: boolean,
): string;
export function decryptSessionKeys(options: {
  readonly message: Message;
  readonly passwords: readonly string[];
}): Promise<unknown>;
export function decrypt(options: {
  readonly message: Message;
  readonly decryptionKeys?: PrivateKey;
  readonly passwords?: readonly string[];
  readonly verificationKeys?: PublicKey;
  readonly format: "binary";
  readonly config: Limits;
}): Promise<{
  readonly data: Uint8Array;
  readonly signatures: readonly Verified[];
}>;

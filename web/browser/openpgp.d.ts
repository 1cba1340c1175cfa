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
  readonly packets: unknown;
}
export interface Verified {
  /** Rejects when the signature does not hold. */
  readonly verified: Promise<boolean>;
}

export function createMessage(
  options: { readonly binary: Uint8Array },
): Promise<Message>;
export function readMessage(
  options: { readonly armoredMessage: string },
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
  readonly userIDs: readonly { readonly email: string }[];
  readonly format: "object";
}): Promise<{ readonly privateKey: PrivateKey }>;
export function encrypt(options: {
  readonly message: Message;
  readonly encryptionKeys: readonly PublicKey[];
  readonly signingKeys: PrivateKey;
  readonly config: { readonly aeadProtect: boolean };
}): Promise<string>;
export function decrypt(options: {
  readonly message: Message;
  readonly decryptionKeys: PrivateKey;
  readonly verificationKeys?: PublicKey;
  readonly format: "binary";
}): Promise<{
  readonly data: Uint8Array;
  readonly signatures: readonly Verified[];
}>;

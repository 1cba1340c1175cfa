/**
 * The ciphers of Shadowsocks that we speak, as values: AEAD ciphers of SIP004,
 * and those of SIP022 ("2022"), whose requests tell when they were made.
 *
 * @module
 */

export const METHOD_NAMES = [
  "chacha20-ietf-poly1305",
  "aes-128-gcm",
  "aes-256-gcm",
  "2022-blake3-aes-128-gcm",
  "2022-blake3-aes-256-gcm",
  "2022-blake3-chacha20-poly1305",
] as const;
export type MethodName = (typeof METHOD_NAMES)[number];

export interface Method {
  readonly edition: "aead" | "2022";
  /** What seals a chunk; all have nonces of 12 octets and tags of 16. */
  readonly cipher: "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305";
  /** Of the key, and of the salt. */
  readonly keyOctets: 16 | 32;
  /** Octets of what one chunk holds, at most. */
  readonly maxPayload: number;
}

const AEAD = { edition: "aead", maxPayload: 0x3fff } as const;
const EDITION_2022 = { edition: "2022", maxPayload: 0xffff } as const;
const AES_128 = { cipher: "aes-128-gcm", keyOctets: 16 } as const;
const AES_256 = { cipher: "aes-256-gcm", keyOctets: 32 } as const;
const CHACHA20 = { cipher: "chacha20-poly1305", keyOctets: 32 } as const;

export const METHODS: Readonly<Record<MethodName, Method>> = {
  "chacha20-ietf-poly1305": { ...AEAD, ...CHACHA20 },
  "aes-128-gcm": { ...AEAD, ...AES_128 },
  "aes-256-gcm": { ...AEAD, ...AES_256 },
  "2022-blake3-aes-128-gcm": { ...EDITION_2022, ...AES_128 },
  "2022-blake3-aes-256-gcm": { ...EDITION_2022, ...AES_256 },
  "2022-blake3-chacha20-poly1305": { ...EDITION_2022, ...CHACHA20 },
};

/** How clients write a name: in any case, with `_` for `-`. */
export function methodName(text: string): MethodName | undefined {
  const name = text.trim().toLowerCase().replaceAll("_", "-");
  return METHOD_NAMES.find((known) => known === name);
}

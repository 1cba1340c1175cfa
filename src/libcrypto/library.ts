/**
 * The OpenSSL of the system, where it is there: what this runtime does by
 * itself, several times as fast. All that is used of it is named here, so that it
 * is there as a whole or not at all; who uses it checks first that it does what
 * it should.
 *
 * @module
 */

const LIBRARY = "libcrypto.so.3"; // the number is that of its binary interface

const SYMBOLS = {
  OPENSSL_init_crypto: { parameters: ["u64", "pointer"], result: "i32" },
  OpenSSL_version: { parameters: ["i32"], result: "pointer" },
  ERR_clear_error: { parameters: [], result: "void" },
  d2i_AutoPrivateKey: {
    parameters: ["pointer", "buffer", "i64"],
    result: "pointer",
  },
  EVP_PKEY_free: { parameters: ["pointer"], result: "void" },
  EVP_MD_CTX_new: { parameters: [], result: "pointer" },
  EVP_MD_CTX_free: { parameters: ["pointer"], result: "void" },
  EVP_sha256: { parameters: [], result: "pointer" },
  EVP_DigestSignInit: {
    parameters: ["pointer", "pointer", "pointer", "pointer", "pointer"],
    result: "i32",
  },
  EVP_DigestSign: {
    parameters: ["pointer", "buffer", "buffer", "buffer", "usize"],
    result: "i32",
    nonblocking: true,
  },
  EVP_aes_128_gcm: { parameters: [], result: "pointer" },
  EVP_aes_256_gcm: { parameters: [], result: "pointer" },
  EVP_chacha20_poly1305: { parameters: [], result: "pointer" },
  EVP_CIPHER_CTX_new: { parameters: [], result: "pointer" },
  EVP_CIPHER_CTX_free: { parameters: ["pointer"], result: "void" },
  EVP_CIPHER_CTX_ctrl: {
    parameters: ["pointer", "i32", "i32", "buffer"],
    result: "i32",
  },
  EVP_CipherInit_ex: {
    parameters: ["pointer", "pointer", "pointer", "buffer", "buffer", "i32"],
    result: "i32",
  },
  EVP_CipherUpdate: {
    parameters: ["pointer", "buffer", "buffer", "buffer", "i32"],
    result: "i32",
  },
  EVP_CipherFinal_ex: {
    parameters: ["pointer", "buffer", "buffer"],
    result: "i32",
  },
} as const;

export type LibraryCalls = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** OPENSSL_INIT_NO_LOAD_CONFIG: what others have set up there is not for us. */
const WITHOUT_CONFIGURATION = 0x80n;
/** OPENSSL_INIT_NO_ATEXIT: else exit() takes apart what is being worked with. */
const WITHOUT_END = 0x80000n;
const VERSION_TEXT = 0;
/** What its functions give when all went well. */
export const SUCCESS = 1;

/** It does not do what it should. */
export class LibraryFault extends Error {
  override readonly name = "LibraryFault";
}

export interface Library {
  readonly calls: LibraryCalls;
  /** As it calls itself: "OpenSSL 3.5.4 30 Sep 2025". */
  readonly version: string;
}

/** undefined where there is none, or not the one we know. */
export function openLibrary(name = LIBRARY): Library | undefined {
  if (Deno.build.os !== "linux") return undefined;
  try {
    const calls = Deno.dlopen(name, SYMBOLS).symbols;
    const options = WITHOUT_CONFIGURATION | WITHOUT_END;
    if (calls.OPENSSL_init_crypto(options, null) !== SUCCESS) return undefined;
    const text = calls.OpenSSL_version(VERSION_TEXT);
    if (text === null) return undefined;
    return { calls, version: Deno.UnsafePointerView.getCString(text) };
  } catch {
    return undefined;
  }
}

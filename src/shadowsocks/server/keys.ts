/** From the shared password to the key of one stream. @module */
import { blake3 } from "@noble/hashes/blake3.js";
import { createHash, hkdfSync } from "node:crypto";
import { concat, utf8 } from "../../base/octets.ts";
import { type Method, type MethodName, METHODS } from "../proto/methods.ts";
import { sharedKeyOctets } from "../proto/shared_key.ts";

const AEAD_INFO = "ss-subkey"; // SIP004
const CONTEXT_2022 = utf8("shadowsocks 2022 session subkey"); // SIP022 §3.1.3

/** What opens and seals all streams of a server. */
export class MasterKey {
  readonly method: Method;
  readonly #octets: Uint8Array;

  private constructor(method: Method, octets: Uint8Array) {
    this.method = method;
    this.#octets = octets;
  }

  /** undefined if the password is none for this cipher. */
  static of(name: MethodName, password: string): MasterKey | undefined {
    if (password === "") return undefined;
    const method = METHODS[name];
    const octets = method.edition === "2022"
      ? sharedKeyOctets(name, password)
      : passwordKey(password, method.keyOctets);
    return octets && new MasterKey(method, octets);
  }

  /** The key of the stream that began with this salt. */
  subkey(salt: Uint8Array): Uint8Array {
    const { edition, keyOctets } = this.method;
    if (edition === "2022") {
      return blake3(concat([this.#octets, salt]), {
        context: CONTEXT_2022,
        dkLen: keyOctets,
      });
    }
    return new Uint8Array(
      hkdfSync("sha1", this.#octets, salt, AEAD_INFO, keyOctets),
    );
  }
}

/** OpenSSL's EVP_BytesToKey with MD5 and without salt, as SIP004 has it. */
function passwordKey(password: string, size: number): Uint8Array {
  const secret = utf8(password);
  let key = new Uint8Array(0);
  let block = new Uint8Array(0);
  while (key.length < size) {
    block = new Uint8Array(
      createHash("md5").update(block).update(secret).digest(),
    );
    key = concat([key, block]);
  }
  return key.subarray(0, size);
}

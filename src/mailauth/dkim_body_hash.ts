/** The hash of a body that signatures are made of, with `npm:mailauth`'s canonicalisation. @module */
import { dkimBody } from "mailauth/lib/dkim/body/index.js";
import { asBuffer } from "./field_lines.ts";

/** Hash of a body in relaxed form (RFC 6376 §3.4.4), taken as the body passes. */
export class DkimBodyHash {
  readonly #hash = dkimBody("relaxed", "sha256", false);

  update(octets: Uint8Array): void {
    if (octets.length > 0) this.#hash.update(asBuffer(octets));
  }

  /** In Base64, as `bh=` has it. Once. */
  digest(): string {
    return this.#hash.digest("base64");
  }
}

/** A public key of releases, as the configuration has it. @module */
import { type Kind, quote, textual } from "./kinds.ts";

/** Octets of an Ed25519 public key in base64, and perhaps its last day. */
const PATTERN = /^[A-Za-z0-9+/]{43}=(?: \d{4}-\d\d-\d\d)?$/;

export const releaseKey: Kind<string> = textual(
  "Ed25519 public key in base64, with its last day if it has one",
  (text) => {
    const key = text.trim();
    if (PATTERN.test(key)) return key;
    throw new SyntaxError(
      `must be an Ed25519 public key, 32 octets in base64, and perhaps its last day, "… 2030-01-31" (got ${
        quote(key)
      })`,
    );
  },
);

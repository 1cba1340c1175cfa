/** Signatures on mail that leaves (RFC 6376). @module */
import { choice, flag, optional, path } from "../../kinds.ts";
import { dkimSelector } from "../../network_kinds.ts";
import { atStart, key, type Keys } from "../key.ts";

export const DKIM = {
  "dkim.enabled": key(
    flag,
    true,
    "Sign what leaves in the name of a domain; most servers take nothing unsigned",
  ),
  "dkim.selector": atStart(
    dkimSelector,
    "default",
    "Selector of the first keys of a domain; later ones have their month",
  ),
  "dkim.key_file": atStart(
    optional(path),
    undefined,
    "File of the first RSA key of the domain; one that is there is used as it is. Empty: dkim/SELECTOR.pem",
  ),
  "dkim.ed25519": key(
    flag,
    true,
    "Sign with Ed25519 (RFC 8463) beside RSA",
  ),
  "dkim.on_missing": key(
    choice("hold", "send"),
    "hold",
    "A key is lost: hold mail for up to an hour before it leaves unsigned, or send it so at once",
  ),
} as const satisfies Keys<"dkim">;

/** Where other versions of the program come from, and whose are trusted. @module */
import { list, text } from "../../kinds.ts";
import { releaseKey } from "../../release_key.ts";
import { key, type Keys } from "../key.ts";

export const UPGRADE = {
  "upgrade.url": key(
    text,
    "",
    'Where "upgrade" finds release.json and what it names, as "https://example.org/releases/latest/", or the program of another relay, as "https://chat.example/postern"; empty: it has to be told each time',
  ),
  "upgrade.keys": key(
    list(releaseKey, { max: 16 }),
    [],
    "Whose releases are trusted, in place of the keys that this program was built with: Ed25519 public keys in base64, each with the day on which it ends if it does",
  ),
} as const satisfies Keys<"upgrade">;

/** Kinds of values of what HTTP shows to whom, and where. @module */
import { choice, type Kind, quote, textual } from "./kinds.ts";

/** `minimal`: nothing is there; `decoy`: an ordinary site is. */
export const stealthMode: Kind<"off" | "minimal" | "decoy"> = choice(
  "off",
  "minimal",
  "decoy",
);
export type StealthMode = "off" | "minimal" | "decoy";

/** Of visitors who ask for no language that there is. */
export const siteLanguage: Kind<"auto" | "en" | "fa" | "ru" | "es"> = choice(
  "auto",
  "en",
  "fa",
  "ru",
  "es",
);

const KEY = /^[A-Za-z0-9_-]{8,128}$/;

/** Part of a link; empty: there is none. Too short a one could be guessed. */
export const gateKey: Kind<string> = {
  ...textual("key of 8 to 128 letters and digits", (text) => {
    const key = text.trim();
    if (key === "" || KEY.test(key)) return key;
    throw new SyntaxError("must be 8 to 128 letters, digits, - or _");
  }),
  secret: true,
};

const MAX_URL_CHARACTERS = 512;

/** `https://host[:port]` or `http://host[:port]` as it was written, or nothing. */
export const relayUrl: Kind<string> = textual(
  "http or https URL, or empty",
  (text) => {
    const given = text.trim();
    if (given === "") return given;
    const url = given.length > MAX_URL_CHARACTERS ? null : URL.parse(given);
    const isPlain = url !== null && /^https?:\/\//.test(given) &&
      url.username === "" && url.password === "" && /^[!-~]+$/.test(given);
    if (isPlain) return given;
    throw new SyntaxError(
      `must be an http or https URL (got ${quote(given)})`,
    );
  },
);

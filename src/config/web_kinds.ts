/** Kinds of values of what the web site shows to whom. @module */
import { choice, type Kind, textual } from "./kinds.ts";

/** `minimal`: nothing is there; `decoy`: an ordinary site is. */
export const stealthMode: Kind<"off" | "minimal" | "decoy"> = choice(
  "off",
  "minimal",
  "decoy",
);
export type StealthMode = "off" | "minimal" | "decoy";

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

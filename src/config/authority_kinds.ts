/** Kinds of values that an authority for certificates is told. @module */
import { isIP } from "node:net";
import { parseDomain } from "../mail/address.ts";
import { type Kind, quote, textual } from "./kinds.ts";

/** `https://host[:port]/path` */
export const httpsUrl: Kind<string> = textual("https URL", (text) => {
  const url = URL.parse(text.trim());
  if (url?.protocol === "https:" && url.username === "") return url.href;
  throw new SyntaxError(`must be an https URL (got ${quote(text)})`);
});

/** In clear for a service on this machine, or one that a proxy stands before. */
export const webUrl: Kind<string> = textual("https or http URL", (text) => {
  const url = URL.parse(text.trim());
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  if (url && isWeb && url.username === "") return url.href;
  throw new SyntaxError(`must be an https or http URL (got ${quote(text)})`);
});

/** An address at a DNS name, or nothing. */
export const contactAddress: Kind<string> = textual(
  "mail address, or empty",
  (text) => {
    const address = text.trim();
    if (address === "") return address;
    const [, domain = ""] = /^[^\s@,?]{1,64}@([^\s@]{1,255})$/.exec(address) ??
      [];
    if (dnsName(domain) === undefined) {
      throw new SyntaxError(
        `must be user@domain: an ACME contact needs a DNS domain (got ${
          quote(text)
        })`,
      );
    }
    return address;
  },
);

/** A DNS name, one with `*.` before it, or an IP address. */
export const certificateName: Kind<string> = textual(
  "DNS name, *.name or IP address",
  (text) => {
    const name = text.trim().toLowerCase();
    if (isIP(name) !== 0) return name;
    if (dnsName(name.replace(/^\*\./, "")) !== undefined) return name;
    throw new SyntaxError(
      `must be a DNS name, *.name or an IP address (got ${quote(text)})`,
    );
  },
);

export const certificateProfile: Kind<string> = textual(
  "auto, or the name of a profile",
  (text) => {
    const profile = text.trim();
    if (/^[A-Za-z0-9_.-]{1,64}$/.test(profile)) return profile;
    throw new SyntaxError(`must be a word (got ${quote(text)})`);
  },
);

function dnsName(text: string): string | undefined {
  try {
    const name = parseDomain(text);
    return name.startsWith("[") || isIP(name) !== 0 ? undefined : name;
  } catch {
    return undefined;
  }
}

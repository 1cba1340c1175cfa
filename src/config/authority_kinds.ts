/** Kinds of values that an authority for certificates is told. @module */
import { isIP } from "node:net";
import { parseDomain } from "../mail/address.ts";
import { type Kind, path, quote, textual, wrongType } from "./kinds.ts";

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
export const certificateName: Kind<string> = {
  ...textual("DNS name, *.name or IP address", (text) => {
    const name = text.trim().toLowerCase();
    if (isIP(name) !== 0) return name;
    if (dnsName(name.replace(/^\*\./, "")) !== undefined) return name;
    throw new SyntaxError(
      `must be a DNS name, *.name or an IP address (got ${quote(text)})`,
    );
  }),
  hosts: (name) => [name.replace(/^\*\./, "")],
};

export const certificateProfile: Kind<string> = textual(
  "auto, or the name of a profile",
  (text) => {
    const profile = text.trim();
    if (/^[A-Za-z0-9_.-]{1,64}$/.test(profile)) return profile;
    throw new SyntaxError(`must be a word (got ${quote(text)})`);
  },
);

export const commonName: Kind<string> = textual(
  "common name of a certificate, or empty",
  (text) => {
    const name = text.trim();
    if (/^[^\p{Cc}]{0,64}$/u.test(name)) return name; // RFC 5280 appendix A.1: ub-common-name
    throw new SyntaxError(
      `must be a name of up to 64 characters (got ${quote(text)})`,
    );
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

/** Where a certificate is, and its key. */
export interface CertificatePair {
  /** Chain, leaf first. */
  readonly cert: string;
  readonly key: string;
}

/** `{ cert = "/a/chain.pem", key = "/a/key.pem" }`; as text, `/a/chain.pem=/a/key.pem`. */
export const certificatePair: Kind<CertificatePair> = {
  name: "table of cert and key",
  parse(text) {
    const [cert = "", key = "", ...others] = text.split("=");
    return pairOf(cert.trim(), others.length > 0 ? "" : key.trim());
  },
  format: ({ cert, key }) => `${cert}=${key}`,
  fromToml(value) {
    if (typeof value === "string") return this.parse(value);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw wrongType('a table such as { cert = "FILE", key = "FILE" }', value);
    }
    const { cert = "", key = "", ...others } = value as Record<string, unknown>;
    const [other] = Object.keys(others);
    if (other !== undefined) {
      throw new SyntaxError(
        `must have cert and key alone (got ${quote(other)})`,
      );
    }
    return pairOf(path.fromToml(cert), path.fromToml(key));
  },
  toToml: ({ cert, key }) =>
    `{ cert = ${JSON.stringify(cert)}, key = ${JSON.stringify(key)} }`,
};

function pairOf(cert: string, key: string): CertificatePair {
  if (cert === "" || key === "") {
    throw new SyntaxError("must name two files, cert and key");
  }
  // they stand between the two, and between pairs
  for (const one of [cert, key]) {
    if (/[=,]/.test(one)) {
      throw new SyntaxError(`must have no "=" and no "," (got ${quote(one)})`);
    }
  }
  return { cert: path.parse(cert), key: path.parse(key) };
}

/**
 * Links by which a Delta Chat client gets an account: `dclogin:` carries one,
 * `dcaccount:` says where to ask for one.
 *
 * @module
 */
import { secretOfText } from "../base/secret.ts";
import { domain } from "../mail/address.ts";
import type { Address } from "../mail/address.ts";

/** As Delta Chat spells them; "default" lets the client choose by port. */
export type LinkSecurity = "ssl" | "starttls" | "default" | "plain";

export interface LinkServer {
  /** DNS name or IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly security: LinkSecurity;
}

export interface LinkFacts {
  readonly imap: LinkServer;
  readonly smtp: LinkServer;
  /** Clients can verify the certificate. */
  readonly publiclyTrusted: boolean;
  /** What a link of an account names in place of these hosts. */
  readonly instead?: {
    readonly host: string;
    readonly publiclyTrusted: boolean;
  };
}

/** `dclogin:` for one account. Servers are left out where a client finds them itself. */
export function loginLink(
  address: Address,
  password: string,
  known: LinkFacts,
): string {
  const facts = asLinksSay(known);
  const fields: [string, string][] = [["p", password], ["v", "1"]];
  if (!isFoundByDomain(address, facts)) {
    const { imap, smtp } = facts;
    fields.push(
      ["ih", bareHost(imap.host)],
      ["ip", String(imap.port)],
      ["is", imap.security],
      ["sh", bareHost(smtp.host)],
      ["sp", String(smtp.port)],
      ["ss", smtp.security],
    );
  }
  fields.push(["ic", facts.publiclyTrusted ? "1" : "3"]);
  const query = fields.map(([name, value]) => `${name}=${escape(value)}`);
  return `dclogin:${escape(address, /[^A-Za-z0-9\-._~@[\]]/gu)}/?${
    query.join("&")
  }`;
}

/** `dcaccount:` to an URL that Delta Chat posts to; needs a certificate it trusts. */
export function accountLink(newAccountUrl: string): string {
  return `dcaccount:${newAccountUrl}`;
}

function asLinksSay(facts: LinkFacts): LinkFacts {
  const { imap, smtp, instead } = facts;
  if (!instead) return facts;
  const { host, publiclyTrusted } = instead;
  return { imap: { ...imap, host }, smtp: { ...smtp, host }, publiclyTrusted };
}

function isFoundByDomain(
  address: Address,
  { imap, smtp }: LinkFacts,
): boolean {
  const name = domain(address);
  return !name.startsWith("[") &&
    imap.host === name && imap.port === 993 && imap.security === "ssl" &&
    smtp.host === name && smtp.port === 465 && smtp.security === "ssl";
}

/** Core wants IPv6 addresses without brackets and without the `IPv6:` of RFC 5321 §4.1.3. */
function bareHost(host: string): string {
  return host.replace(/^\[(?:IPv6:)?|\]$/gi, "");
}

function escape(text: string, unsafe = /[^A-Za-z0-9\-._~]/gu): string {
  return text.replace(
    unsafe,
    (char) =>
      Array.from(secretOfText(char))
        .map((octet) => "%" + octet.toString(16).toUpperCase().padStart(2, "0"))
        .join(""),
  );
}

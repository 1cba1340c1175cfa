/** Who says to be whom in a request for mail over HTTP. @module */
import { type Secret, secretOf } from "../../base/secret.ts";
import { parseAddress } from "../../mail/address.ts";
import { badRequest, WebmailFault } from "./faults.ts";

export interface Credentials {
  readonly address: string;
  readonly password: Secret;
}

const MAX_ADDRESS = 320;
const MAX_PASSWORD = 4096;

/** @throws {WebmailFault} one is missing or cannot be read */
export function headerCredentials({ headers }: Request): Credentials {
  const basic = /^Basic +([A-Za-z0-9+/=_-]{1,8192})$/i.exec(
    headers.get("authorization") ?? "",
  );
  if (basic) return basicCredentials(basic[1]!);
  const email = headers.get("x-email")?.trim() ?? "";
  if (email === "") throw missing("X-Email");
  const password = headers.get("x-password") ?? "";
  if (password === "") throw missing("X-Password");
  const octets = headers.get("x-auth-encoding")?.toLowerCase() === "pct"
    ? utf8(unescaped(password))
    : latin1(password);
  return checked(email, octets);
}

/** Those of a WebSocket's URL; undefined if there are none. @throws {WebmailFault} */
export function queryCredentials(
  { searchParams }: URL,
): Credentials | undefined {
  const email = searchParams.get("email");
  const password = searchParams.get("password");
  if (email === null && password === null) return undefined;
  return checked(email ?? "", utf8(password ?? ""));
}

export function hasHeaderCredentials({ headers }: Request): boolean {
  return ["authorization", "x-email", "x-password"]
    .some((name) => headers.has(name));
}

function basicCredentials(encoded: string): Credentials {
  let octets: Uint8Array;
  try {
    octets = Uint8Array.fromBase64(encoded);
  } catch {
    throw badRequest("invalid Authorization header");
  }
  const colon = octets.indexOf(0x3a);
  if (colon < 0) throw badRequest("invalid Authorization header");
  const address = new TextDecoder().decode(octets.subarray(0, colon));
  return checked(address, octets.subarray(colon + 1));
}

function checked(address: string, password: Uint8Array): Credentials {
  const isAddress = address.length <= MAX_ADDRESS && isReadable(address);
  if (!isAddress) throw badRequest("invalid email address");
  if (password.length > MAX_PASSWORD) {
    throw new WebmailFault(401, "invalid credentials", "bad_credentials");
  }
  return { address, password: secretOf(password) };
}

function isReadable(address: string): boolean {
  try {
    parseAddress(address);
    return true;
  } catch {
    return false;
  }
}

function missing(name: string): WebmailFault {
  return new WebmailFault(
    401,
    `missing ${name} header`,
    "missing_credentials",
  );
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest("invalid X-Password header");
  }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A header field is octets, each of which is one character here. */
function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

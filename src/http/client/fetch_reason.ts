/**
 * Why fetch() got no answer, in words: what it says itself is made for
 * programmers, and puts all in one line of text.
 *
 * @module
 */

/** What the runtime says, and what it means; the first that is found. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /dns error/,
    "the name does not resolve; look whether it is written correctly, and whether this machine can ask the DNS (/etc/resolv.conf)",
  ],
  [/Connection refused/, "the connection is refused, nobody listens there"],
  [
    /Network is unreachable|No route to host/,
    "no way leads there from the network of this machine",
  ],
  [
    /timed out|TimeoutError|due to timeout/,
    "no answer in time; a firewall may keep connections to it from leaving this machine",
  ],
  [
    /invalid peer certificate: certificate expired/,
    "its certificate has expired, or the clock of this machine is wrong",
  ],
  [
    /invalid peer certificate: certificate not valid yet/,
    "its certificate is not valid yet, or the clock of this machine is wrong",
  ],
  [
    /invalid peer certificate: certificate not valid for name/,
    "its certificate is for other names: somebody else answers there",
  ],
  [
    /invalid peer certificate/,
    "its certificate is not trusted: it is from no authority that is known here",
  ],
  [
    /InvalidContentType|received corrupt message|received fatal alert|peer is incompatible/,
    "what answers there speaks no TLS that can be understood",
  ],
  [
    /handshake eof|unexpected (eof|end of file)|close_notify|connection closed|Connection reset|Broken pipe/i,
    "the connection is broken off there",
  ],
  [/Requests to port \d+ are blocked/, "no request is sent to such a port"],
];

/** @param error of fetch(), or of reading what it gave */
export function fetchReason(error: unknown): string {
  const text = textOf(error);
  const known = REASONS.find(([pattern]) => pattern.test(text));
  return known?.[1] ??
    text.replace(/^error sending request[^:]*(?: for url \(\S*\))?: /, "");
}

/** Whether somebody answers whose certificate is not accepted. */
export function isOfCertificate(error: unknown): boolean {
  return /invalid peer certificate/.test(textOf(error));
}

const MAX_TEXT = 2000;

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, MAX_TEXT);
  const { name, message, cause } = error;
  const said = name === "TimeoutError" ? `${name}: ${message}` : message;
  return (cause instanceof Error && !said.includes(cause.message)
    ? `${said}: ${cause.message}`
    : said).slice(0, MAX_TEXT);
}

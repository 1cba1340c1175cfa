/**
 * Who is at the other end, in the one form that limits are keyed by.
 *
 * @module
 */

/** Without brackets or zone; IPv4 mapped into IPv6 (RFC 4291 §2.5.5.2) as IPv4. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return "";
  const bare = address.replace(/^\[|\]$/g, "").replace(/%.*$/, "");
  return bare.toLowerCase().startsWith("::ffff:") && bare.includes(".")
    ? bare.slice(7)
    : bare;
}

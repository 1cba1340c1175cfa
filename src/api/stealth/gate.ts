/**
 * The way in for those who were told: a link with a key, which leaves a cookie.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { HttpPeer } from "../../http/peer.ts";

const COOKIE = "sid";
const COOKIE_SECONDS = 30 * 86_400;
const MAX_LENGTH = 128;

/** The way in, and the cookie, for the link with the key; undefined for all else. */
export function knock(
  { method, url }: Request,
  gateKey: string,
  { secure }: HttpPeer,
): Response | undefined {
  const { pathname, searchParams } = new URL(url);
  const given = searchParams.get("k");
  if (pathname !== "/" || method !== "GET" || given === null) return undefined;
  if (!isEqual(given, gateKey)) return undefined;
  const cookie = `${COOKIE}=${cookieOf(gateKey)}; Path=/; ` +
    `Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax`;
  return new Response(null, {
    status: 303,
    headers: {
      location: "/",
      "set-cookie": secure ? `${cookie}; Secure` : cookie,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
    },
  });
}

/** Has come by the link, with the key that is still in force. */
export function isInvited({ headers }: Request, gateKey: string): boolean {
  const wanted = gateKey === "" ? "" : cookieOf(gateKey);
  return (headers.get("cookie") ?? "").split(";").some((pair) => {
    const [name = "", value = ""] = pair.trim().split("=", 2);
    return name === COOKIE && isEqual(value, wanted);
  });
}

/** Another one for each key, which it does not tell. */
function cookieOf(gateKey: string): string {
  return createHmac("sha256", gateKey).update("web gate").digest("hex");
}

/** In a time that does not tell how much of it was right; nothing equals nothing. */
function isEqual(given: string, wanted: string): boolean {
  if (wanted === "" || given.length > MAX_LENGTH) return false;
  return timingSafeEqual(digest(given), digest(wanted));
}

function digest(text: string): Uint8Array {
  return createHmac("sha256", "").update(text).digest();
}

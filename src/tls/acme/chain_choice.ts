/**
 * Which of several chains of one certificate is taken (RFC 8555 §7.4.2): that
 * which ends below the root that the operator has named, where there is one.
 *
 * @module
 */
import { X509Certificate } from "node:crypto";
import { pemList } from "../pem.ts";
import type { AcmeSession } from "./session.ts";
import type { AcmeResponse } from "./transport.ts";
import { AcmeTrouble } from "./trouble.ts";

/** Authorities have two or three. */
const MAX_ALTERNATES = 5;
const MAX_LINKS = 50;

/**
 * The chain of an answer, or one of those beside it.
 *
 * @param preferred Common name of a root; "": what comes first
 */
export async function chosenChain(
  session: Pick<AcmeSession, "post">,
  url: string,
  response: AcmeResponse,
  preferred: string,
): Promise<string> {
  const first = response.body;
  if (preferred === "" || endsBelow(first, preferred)) return first;
  const [leaf] = pemList(first, "CERTIFICATE");
  for (const place of alternatesOf(response, url)) {
    const chain = await fetched(session, place);
    if (chain === undefined || !endsBelow(chain, preferred)) continue;
    if (pemList(chain, "CERTIFICATE")[0] === leaf) return chain;
  }
  return first; // `certificate_chain` says so
}

/** Whether its last certificate was signed by a root of this name. */
export function endsBelow(chainPem: string, root: string): boolean {
  return rootOf(chainPem).toLowerCase() === root.toLowerCase();
}

/** Common name of who has signed its last certificate, else the whole name. */
export function rootOf(chainPem: string): string {
  const last = pemList(chainPem, "CERTIFICATE").at(-1);
  if (last === undefined) return "";
  try {
    const { issuer } = new X509Certificate(last);
    return /^CN=(.*)$/m.exec(issuer)?.[1] ?? issuer.replaceAll("\n", ", ");
  } catch {
    return "";
  }
}

/** What is missing changes nothing: there is a chain already. */
async function fetched(
  session: Pick<AcmeSession, "post">,
  url: string,
): Promise<string | undefined> {
  try {
    return (await session.post(url)).body;
  } catch (error) {
    if (error instanceof AcmeTrouble) return undefined;
    throw error;
  }
}

/** Of `Link` fields (RFC 8288 §3), with relation `alternate`. */
function alternatesOf({ headers }: AcmeResponse, base: string): string[] {
  const links = (headers.get("link") ?? "").split("<").slice(1, 1 + MAX_LINKS);
  return links.flatMap((link) => {
    const end = link.indexOf(">");
    const relations = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i
      .exec(link.slice(end + 1));
    const words = relations?.[1] ?? relations?.[2] ?? "";
    const isAlternate = words.toLowerCase().split(/\s+/).includes("alternate");
    const url = URL.parse(link.slice(0, Math.max(end, 0)), base);
    return isAlternate && url ? [url.href] : [];
  }).slice(0, MAX_ALTERNATES);
}

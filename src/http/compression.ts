/**
 * Compressed answers (RFC 9110 §8.4), where they are large enough and of text.
 * Never what is marked `no-store`: its secrets could be found out by its size.
 *
 * Pages that many ask for are compressed once: what has an entity tag is known
 * by it.
 *
 * @module
 */
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { chosenCoding, type Coding } from "./coding.ts";

type Octets = Uint8Array<ArrayBuffer>;

const LEAST_OCTETS = 1024;
const GZIP_LEVEL = 5;
const BROTLI_QUALITY = 5;
const MOST_KEPT = 128;
const TEXT =
  /^(?:text\/|application\/(?:json|javascript|xml|manifest\+json)\b|[a-z]+\/[a-z0-9.-]+\+(?:xml|json)\b)/;
/** Worth its time only where it is done once. */
const KEPT_CODINGS: readonly Coding[] = ["br", "gzip"];
const OTHER_CODINGS: readonly Coding[] = ["gzip"];

const toGzip = promisify(gzip);
const toBrotli = promisify(brotliCompress);
const kept = new Map<string, Octets>();

/** What is sent in place of a body; sets the fields that go with it. */
export async function compressed(
  request: Request,
  headers: Headers,
  body: Octets,
): Promise<Octets> {
  if (body.length < LEAST_OCTETS || !isCompressible(headers)) return body;
  if (isChosen(headers)) return body;
  headers.append("vary", "accept-encoding");
  const etag = headers.get("etag");
  const coding = chosenCoding(
    request.headers.get("accept-encoding"),
    etag === null ? OTHER_CODINGS : KEPT_CODINGS,
  );
  if (coding === "identity") return body;
  headers.set("content-encoding", coding);
  if (etag === null) return await coded(coding, body);
  // Other octets, so no longer the same in the strong sense (RFC 9110 §8.8.1).
  if (etag.startsWith('"')) headers.set("etag", `W/${etag}`);
  const { pathname } = new URL(request.url);
  return await keptCoded(
    `${coding} ${body.length} ${etag} ${pathname}`,
    () => coded(coding, body),
  );
}

/**
 * Says of an answer without a body that one with it is chosen by the coding, where
 * it may be.
 */
export function varies(headers: Headers): void {
  const length = headers.get("content-length");
  if (length !== null && Number(length) < LEAST_OCTETS) return;
  if (!isCompressible(headers) || isChosen(headers)) return;
  headers.append("vary", "accept-encoding");
}

/** How it is sent was chosen before. */
function isChosen(headers: Headers): boolean {
  return headers.get("vary")?.includes("accept-encoding") ?? false;
}

async function keptCoded(
  key: string,
  make: () => Promise<Octets>,
): Promise<Octets> {
  const octets = kept.get(key) ?? await make();
  kept.delete(key);
  kept.set(key, octets);
  const [oldest] = kept.keys();
  if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  return octets;
}

async function coded(coding: Coding, body: Octets): Promise<Octets> {
  switch (coding) {
    case "gzip":
      return new Uint8Array(await toGzip(body, { level: GZIP_LEVEL }));
    case "br":
      return new Uint8Array(
        await toBrotli(body, {
          params: {
            [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
            [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
            [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
          },
        }),
      );
  }
}

function isCompressible(headers: Headers): boolean {
  return TEXT.test(headers.get("content-type") ?? "") &&
    !headers.has("content-encoding") &&
    !headers.get("cache-control")?.includes("no-store");
}

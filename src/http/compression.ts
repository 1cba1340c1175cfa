/**
 * Compressed answers (RFC 9110 §8.4), where they are large enough and of text.
 * Never what is marked `no-store`: its secrets could be found out by its size.
 *
 * @module
 */
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);
const LEAST_OCTETS = 1024;
const LEVEL = 5;
const TEXT =
  /^(?:text\/|application\/(?:json|javascript|xml|manifest\+json)\b|[a-z]+\/[a-z0-9.-]+\+(?:xml|json)\b)/;

/** What is sent in place of a body; sets the fields that go with it. */
export async function compressed(
  request: Request,
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (body.length < LEAST_OCTETS || !isCompressible(headers)) return body;
  headers.append("vary", "accept-encoding");
  if (!takesGzip(request.headers.get("accept-encoding") ?? "")) return body;
  headers.set("content-encoding", "gzip");
  const etag = headers.get("etag");
  // Other octets, so no longer the same in the strong sense (RFC 9110 §8.8.1).
  if (etag?.startsWith('"')) headers.set("etag", `W/${etag}`);
  return new Uint8Array(await compress(body, { level: LEVEL }));
}

function isCompressible(headers: Headers): boolean {
  return TEXT.test(headers.get("content-type") ?? "") &&
    !headers.has("content-encoding") &&
    !headers.get("cache-control")?.includes("no-store");
}

/** Whether a client takes gzip, by its Accept-Encoding (RFC 9110 §12.5.3). */
export function takesGzip(acceptEncoding: string): boolean {
  const weights = new Map(
    acceptEncoding.toLowerCase().split(",").map((element) => {
      const [coding = "", ...parameters] = element.split(";");
      const weight = parameters.map((one) => one.trim())
        .find((one) => one.startsWith("q="));
      return [
        coding.trim(),
        weight === undefined ? 1 : Number(weight.slice(2)),
      ];
    }),
  );
  return (weights.get("gzip") ?? weights.get("x-gzip") ?? weights.get("*") ??
    0) > 0;
}

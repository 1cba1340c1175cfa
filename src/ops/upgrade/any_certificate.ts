/**
 * Gets files from a server whose certificate nobody vouches for. What they are
 * worth, the signature of the release says.
 *
 * @module
 */
import { get as getInClear, type IncomingMessage } from "node:http";
import { get } from "node:https";

const MAX_REDIRECTS = 5;

/** @throws {Error} if it answers anything but a file */
export async function openFromAnybody(
  place: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  let url = new URL(place);
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const response = await ask(url, signal);
    const { statusCode = 0, headers: { location } } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    response.destroy();
    if (statusCode < 300 || statusCode > 399 || location === undefined) {
      throw new Error(`the server answers ${statusCode}`);
    }
    url = new URL(location, url);
  }
  throw new Error(`the server leads on more than ${MAX_REDIRECTS} times`);
}

function ask(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const { protocol } = url;
  if (protocol !== "https:" && protocol !== "http:") {
    throw new Error(`the server leads to ${protocol}, not to HTTPS`);
  }
  return new Promise((resolve, reject) => {
    const options = { agent: false, signal } as const;
    const request = protocol === "https:"
      ? get(url, { ...options, rejectUnauthorized: false }, resolve)
      : getInClear(url, options, resolve);
    request.on("error", reject);
  });
}
